// Knows convolutions of any kernel, stride, padding and dilation as matrix products over unrolled patches.
import { nextChunk } from './chunks';
import {
  DILATION_H,
  DILATION_W,
  FROM,
  HEIGHT,
  KERNEL_HEIGHT,
  KERNEL_WIDTH,
  LEFT,
  STRIDE_H,
  STRIDE_W,
  TO,
  TOP,
  WIDTH,
  Y_HEIGHT,
  Y_WIDTH,
} from './convShape';
import { multiplyRows, multiplyTransposed } from './gemm';
import { addRow, copyRow, up4, up8, zeroRow } from './lanes';

/** True for 1 x 1 kernels of stride 1 without padding: the patches are the pixels themselves. */
function isPlain(shape: usize): bool {
  return (
    load<i32>(shape, KERNEL_HEIGHT) * load<i32>(shape, KERNEL_WIDTH) == 1 &&
    load<i32>(shape, STRIDE_H) * load<i32>(shape, STRIDE_W) == 1 &&
    (load<i32>(shape, TOP) | load<i32>(shape, LEFT)) == 0 &&
    load<i32>(shape, HEIGHT) == load<i32>(shape, Y_HEIGHT) &&
    load<i32>(shape, WIDTH) == load<i32>(shape, Y_WIDTH)
  );
}

/**
 * Moves the patches of `count` output positions, from position `first` of the whole batch on: from `x` into `patches`, or,
 * with `back`, adds `patches` to `x`. A patch is `[kernelHeight, kernelWidth, from]`, `stride` floats from the next.
 */
function movePatches(
  shape: usize,
  x: usize,
  first: i32,
  count: i32,
  patches: usize,
  stride: i32,
  back: bool,
): void {
  const height = load<i32>(shape, HEIGHT);
  const width = load<i32>(shape, WIDTH);
  const from = load<i32>(shape, FROM);
  const yHeight = load<i32>(shape, Y_HEIGHT);
  const yWidth = load<i32>(shape, Y_WIDTH);
  const kernelHeight = load<i32>(shape, KERNEL_HEIGHT);
  const kernelWidth = load<i32>(shape, KERNEL_WIDTH);
  const dilationH = load<i32>(shape, DILATION_H);
  const dilationW = load<i32>(shape, DILATION_W);
  const pixel = (<usize>from) << 2;
  const patchRow = <usize>kernelWidth * pixel;
  const step = (<usize>stride) << 2;
  for (let i = 0; i < count; i++, patches += step) {
    const position = first + i;
    const line = position / yWidth;
    const n = line / yHeight;
    const h0 = (line - n * yHeight) * load<i32>(shape, STRIDE_H) - load<i32>(shape, TOP);
    const w0 = (position - line * yWidth) * load<i32>(shape, STRIDE_W) - load<i32>(shape, LEFT);
    const whole = dilationW == 1 && w0 >= 0 && w0 + kernelWidth <= width;
    let at = patches;
    for (let kh = 0; kh < kernelHeight; kh++, at += patchRow) {
      const h = h0 + kh * dilationH;
      if (h < 0 || h >= height) {
        if (!back) zeroRow(at, patchRow);
        continue;
      }
      const line0 = (n * height + h) * width;
      if (whole) {
        const src = x + <usize>(line0 + w0) * pixel;
        if (back) addRow(at, src, patchRow);
        else copyRow(src, at, patchRow);
        continue;
      }
      for (let kw = 0; kw < kernelWidth; kw++) {
        const w = w0 + kw * dilationW;
        const part = at + <usize>kw * pixel;
        if (w < 0 || w >= width) {
          if (!back) zeroRow(part, pixel);
          continue;
        }
        const src = x + <usize>(line0 + w) * pixel;
        if (back) addRow(part, src, pixel);
        else copyRow(src, part, pixel);
      }
    }
  }
}

/** Copies rows of `cols` floats between matrices whose rows are `srcStride` and `dstStride` floats apart. */
function copyRows(src: usize, srcStride: i32, dst: usize, dstStride: i32, rows: i32, cols: i32): void {
  const bytes = (<usize>cols) << 2;
  for (let i = 0; i < rows; i++) {
    copyRow(src + ((<usize>(i * srcStride)) << 2), dst + ((<usize>(i * dstStride)) << 2), bytes);
  }
}

/** `y = x * panels`; a chunk is `block` output positions of the whole batch. Scratch: `unrolledScratch` bytes. */
export function unrolledConv(
  counter: usize,
  chunks: i32,
  scratch: usize,
  shape: usize,
  x: usize,
  panels: usize,
  y: usize,
  positions: i32,
  block: i32,
): void {
  const from = load<i32>(shape, FROM);
  const to = load<i32>(shape, TO);
  const to8 = up8(to);
  const depth = load<i32>(shape, KERNEL_HEIGHT) * load<i32>(shape, KERNEL_WIDTH) * from;
  const plain = isPlain(shape);
  const out = scratch + ((<usize>(block * up4(depth))) << 2);
  for (;;) {
    const chunk = nextChunk(counter, chunks);
    if (chunk < 0) return;
    const first = chunk * block;
    const rows = min(block, positions - first);
    let a = scratch;
    if (plain) a = x + ((<usize>(first * from)) << 2);
    else movePatches(shape, x, first, rows, a, depth, false);
    const dst = y + ((<usize>(first * to)) << 2);
    if (to == to8) {
      multiplyRows(a, depth, panels, dst, to, rows, depth, to);
    } else {
      multiplyRows(a, depth, panels, out, to8, rows, depth, to8);
      copyRows(out, to8, dst, to, rows, to);
    }
  }
}

/** `dx` from `dy` and the transposed kernel's panels; a chunk is one image. Scratch: `unrolledScratch` bytes. */
export function unrolledInputGrad(
  counter: usize,
  chunks: i32,
  scratch: usize,
  shape: usize,
  dy: usize,
  panels: usize,
  dx: usize,
  block: i32,
): void {
  const from = load<i32>(shape, FROM);
  const to = load<i32>(shape, TO);
  const depth = load<i32>(shape, KERNEL_HEIGHT) * load<i32>(shape, KERNEL_WIDTH) * from;
  const depth8 = up8(depth);
  const positions = load<i32>(shape, Y_HEIGHT) * load<i32>(shape, Y_WIDTH);
  const pixels = load<i32>(shape, HEIGHT) * load<i32>(shape, WIDTH);
  const plain = isPlain(shape) && depth == depth8;
  for (;;) {
    const n = nextChunk(counter, chunks);
    if (n < 0) return;
    const image = dx + ((<usize>(n * pixels * from)) << 2);
    if (!plain) memory.fill(image, 0, (<usize>(pixels * from)) << 2);
    for (let first = 0; first < positions; first += block) {
      const rows = min(block, positions - first);
      const at = n * positions + first;
      const out = plain ? dx + ((<usize>(at * from)) << 2) : scratch;
      multiplyRows(dy + ((<usize>(at * to)) << 2), to, panels, out, depth8, rows, to, depth8);
      if (!plain) movePatches(shape, dx, at, rows, scratch, depth8, true);
    }
  }
}

/** `sums[chunks][depth4][to8]`: the filter's gradient of each chunk of `perChunk` positions, in blocks of `block`. */
export function unrolledFilterSums(
  counter: usize,
  chunks: i32,
  scratch: usize,
  shape: usize,
  x: usize,
  dy: usize,
  sums: usize,
  positions: i32,
  perChunk: i32,
  block: i32,
): void {
  const from = load<i32>(shape, FROM);
  const to = load<i32>(shape, TO);
  const to8 = up8(to);
  const depth = load<i32>(shape, KERNEL_HEIGHT) * load<i32>(shape, KERNEL_WIDTH) * from;
  const depth4 = up4(depth);
  const plain = isPlain(shape) && depth == depth4;
  const size = (<usize>(depth4 * to8)) << 2;
  const dyCopy = scratch + ((<usize>(block * depth4)) << 2);
  // The lanes past the patch and past the last filter stay zero.
  memory.fill(scratch, 0, (<usize>(block * (depth4 + to8))) << 2);
  for (;;) {
    const chunk = nextChunk(counter, chunks);
    if (chunk < 0) return;
    const sum = sums + <usize>chunk * size;
    memory.fill(sum, 0, size);
    const end = min((chunk + 1) * perChunk, positions);
    for (let first = chunk * perChunk; first < end; first += block) {
      const rows = min(block, end - first);
      let a = scratch;
      if (plain) a = x + ((<usize>(first * from)) << 2);
      else movePatches(shape, x, first, rows, a, depth4, false);
      let b = dy + ((<usize>(first * to)) << 2);
      if (to != to8) {
        copyRows(b, to, dyCopy, to8, rows, to);
        b = dyCopy;
      }
      multiplyTransposed(a, depth4, b, to8, sum, rows, depth4, to8);
    }
  }
}

/** Adds the chunks' sums into `dw[kernelHeight, kernelWidth, from, to]`; overwrites the first chunk's. */
export function unrolledFilter(sums: usize, chunks: i32, shape: usize, dw: usize): void {
  const to = load<i32>(shape, TO);
  const to8 = up8(to);
  const depth = load<i32>(shape, KERNEL_HEIGHT) * load<i32>(shape, KERNEL_WIDTH) * load<i32>(shape, FROM);
  const size = (<usize>(up4(depth) * to8)) << 2;
  for (let chunk = 1; chunk < chunks; chunk++) addRow(sums + <usize>chunk * size, sums, size);
  copyRows(sums, to8, dw, to, depth, to);
}

/** Bytes of scratch that each thread needs for the functions above. */
export function unrolledScratch(shape: usize, block: i32): i32 {
  const depth = load<i32>(shape, KERNEL_HEIGHT) * load<i32>(shape, KERNEL_WIDTH) * load<i32>(shape, FROM);
  return (block * (up8(depth) + up8(load<i32>(shape, TO)))) << 2;
}
