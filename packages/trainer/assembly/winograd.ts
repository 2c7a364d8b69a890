// Knows 3 x 3 convolutions of stride 1 by Winograd's F(4 x 4, 3 x 3): a quarter of the multiplications.
// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016; the filter's gradient is the adjoint of the same form.
import { nextChunk } from './chunks';
import { multiply, multiplyTransposed } from './gemm';
import { addRow, copyRow, up4, up8 } from './lanes';

/** Bytes between the 36 planes of a scratch block, so that they do not fall on the same cache sets. */
const GAP: usize = 192;

/**
 * `y = Bᵀ d` down the columns: six image rows of `bytes` bytes, at `rows[0..5]`, to six at `dst`, `step` bytes apart.
 */
function inputColumns(rows: usize, bytes: usize, dst: usize, step: usize): void {
  const p0 = load<usize>(rows);
  const p1 = load<usize>(rows, 4);
  const p2 = load<usize>(rows, 8);
  const p3 = load<usize>(rows, 12);
  const p4 = load<usize>(rows, 16);
  const p5 = load<usize>(rows, 20);
  const q1 = dst + step;
  const q2 = q1 + step;
  const q3 = q2 + step;
  const q4 = q3 + step;
  const q5 = q4 + step;
  const four = f32x4.splat(4);
  const five = f32x4.splat(5);
  for (let o: usize = 0; o < bytes; o += 16) {
    const d1 = v128.load(p1 + o);
    const d2 = v128.load(p2 + o);
    const d3 = v128.load(p3 + o);
    const d4 = v128.load(p4 + o);
    const a = f32x4.sub(d4, f32x4.mul(d2, four));
    const b = f32x4.sub(d3, f32x4.mul(d1, four));
    const e = f32x4.sub(d4, d2);
    let f = f32x4.sub(d3, d1);
    f = f32x4.add(f, f);
    v128.store(q1 + o, f32x4.add(a, b));
    v128.store(q2 + o, f32x4.sub(a, b));
    v128.store(q3 + o, f32x4.add(e, f));
    v128.store(q4 + o, f32x4.sub(e, f));
    v128.store(dst + o, f32x4.add(f32x4.sub(f32x4.mul(v128.load(p0 + o), four), f32x4.mul(d2, five)), d4));
    v128.store(q5 + o, f32x4.add(f32x4.sub(f32x4.mul(d1, four), f32x4.mul(d3, five)), v128.load(p5 + o)));
  }
}

/** The same along a row of tiles: `src` holds `4 tiles + 2` pixels, `dst` six planes of `tiles` pixels, `plane` bytes apart. */
function inputRow(src: usize, tiles: i32, pixel: usize, dst: usize, plane: usize): void {
  const q1 = dst + plane;
  const q2 = q1 + plane;
  const q3 = q2 + plane;
  const q4 = q3 + plane;
  const q5 = q4 + plane;
  const four = f32x4.splat(4);
  const five = f32x4.splat(5);
  let o: usize = 0;
  for (let t = 0; t < tiles; t++) {
    for (const end = o + pixel; o < end; o += 16, src += 16) {
      const d1 = v128.load(src + pixel);
      const d2 = v128.load(src + 2 * pixel);
      const d3 = v128.load(src + 3 * pixel);
      const d4 = v128.load(src + 4 * pixel);
      const a = f32x4.sub(d4, f32x4.mul(d2, four));
      const b = f32x4.sub(d3, f32x4.mul(d1, four));
      const e = f32x4.sub(d4, d2);
      let f = f32x4.sub(d3, d1);
      f = f32x4.add(f, f);
      v128.store(q1 + o, f32x4.add(a, b));
      v128.store(q2 + o, f32x4.sub(a, b));
      v128.store(q3 + o, f32x4.add(e, f));
      v128.store(q4 + o, f32x4.sub(e, f));
      v128.store(dst + o, f32x4.add(f32x4.sub(f32x4.mul(v128.load(src), four), f32x4.mul(d2, five)), d4));
      v128.store(
        q5 + o,
        f32x4.add(f32x4.sub(f32x4.mul(d1, four), f32x4.mul(d3, five)), v128.load(src + 5 * pixel)),
      );
    }
    src += 3 * pixel;
  }
}

/** `y = Aᵀ m` along a row of tiles: six planes of `tiles` pixels to `4 tiles` pixels. */
function outputRow(src: usize, plane: usize, tiles: i32, pixel: usize, dst: usize): void {
  const p1 = src + plane;
  const p2 = p1 + plane;
  const p3 = p2 + plane;
  const p4 = p3 + plane;
  const p5 = p4 + plane;
  const four = f32x4.splat(4);
  let o: usize = 0;
  for (let t = 0; t < tiles; t++) {
    for (const end = o + pixel; o < end; o += 16, dst += 16) {
      const m1 = v128.load(p1 + o);
      const m2 = v128.load(p2 + o);
      const m3 = v128.load(p3 + o);
      const m4 = v128.load(p4 + o);
      const a = f32x4.add(m1, m2);
      const b = f32x4.sub(m1, m2);
      const c = f32x4.add(m3, m4);
      let d = f32x4.sub(m3, m4);
      d = f32x4.add(d, d);
      v128.store(dst, f32x4.add(f32x4.add(v128.load(src + o), a), c));
      v128.store(dst + pixel, f32x4.add(b, d));
      v128.store(dst + 2 * pixel, f32x4.add(a, f32x4.mul(c, four)));
      v128.store(dst + 3 * pixel, f32x4.add(f32x4.add(b, f32x4.mul(d, four)), v128.load(p5 + o)));
    }
    dst += 3 * pixel;
  }
}

/** The same down the columns: six rows of `bytes` bytes, `step` apart, to the first `rows` of four, `dstStep` apart. */
function outputColumns(src: usize, step: usize, bytes: usize, dst: usize, dstStep: usize, rows: i32): void {
  const p1 = src + step;
  const p2 = p1 + step;
  const p3 = p2 + step;
  const p4 = p3 + step;
  const p5 = p4 + step;
  const q1 = dst + dstStep;
  const q2 = q1 + dstStep;
  const q3 = q2 + dstStep;
  const four = f32x4.splat(4);
  for (let o: usize = 0; o < bytes; o += 16) {
    const m1 = v128.load(p1 + o);
    const m2 = v128.load(p2 + o);
    const m3 = v128.load(p3 + o);
    const m4 = v128.load(p4 + o);
    const a = f32x4.add(m1, m2);
    const b = f32x4.sub(m1, m2);
    const c = f32x4.add(m3, m4);
    let d = f32x4.sub(m3, m4);
    d = f32x4.add(d, d);
    v128.store(dst + o, f32x4.add(f32x4.add(v128.load(src + o), a), c));
    if (rows > 1) v128.store(q1 + o, f32x4.add(b, d));
    if (rows > 2) v128.store(q2 + o, f32x4.add(a, f32x4.mul(c, four)));
    if (rows > 3) v128.store(q3 + o, f32x4.add(f32x4.add(b, f32x4.mul(d, four)), v128.load(p5 + o)));
  }
}

/** `y = A d`, the adjoint of the output's transform, down the columns: four rows at `rows[0..3]` to six at `dst`. */
function adjointColumns(rows: usize, bytes: usize, dst: usize, step: usize): void {
  const p0 = load<usize>(rows);
  const p1 = load<usize>(rows, 4);
  const p2 = load<usize>(rows, 8);
  const p3 = load<usize>(rows, 12);
  const q1 = dst + step;
  const q2 = q1 + step;
  const q3 = q2 + step;
  const q4 = q3 + step;
  const q5 = q4 + step;
  const four = f32x4.splat(4);
  for (let o: usize = 0; o < bytes; o += 16) {
    const d0 = v128.load(p0 + o);
    const d1 = v128.load(p1 + o);
    const d2 = v128.load(p2 + o);
    const d3 = v128.load(p3 + o);
    const even = f32x4.add(d0, d2);
    const odd = f32x4.add(d1, d3);
    const even4 = f32x4.add(d0, f32x4.mul(d2, four));
    let odd4 = f32x4.add(d1, f32x4.mul(d3, four));
    odd4 = f32x4.add(odd4, odd4);
    v128.store(dst + o, d0);
    v128.store(q1 + o, f32x4.add(even, odd));
    v128.store(q2 + o, f32x4.sub(even, odd));
    v128.store(q3 + o, f32x4.add(even4, odd4));
    v128.store(q4 + o, f32x4.sub(even4, odd4));
    v128.store(q5 + o, d3);
  }
}

/** The same along a row of tiles: `4 tiles` pixels to six planes of `tiles` pixels. */
function adjointRow(src: usize, tiles: i32, pixel: usize, dst: usize, plane: usize): void {
  const q1 = dst + plane;
  const q2 = q1 + plane;
  const q3 = q2 + plane;
  const q4 = q3 + plane;
  const q5 = q4 + plane;
  const four = f32x4.splat(4);
  let o: usize = 0;
  for (let t = 0; t < tiles; t++) {
    for (const end = o + pixel; o < end; o += 16, src += 16) {
      const d0 = v128.load(src);
      const d1 = v128.load(src + pixel);
      const d2 = v128.load(src + 2 * pixel);
      const d3 = v128.load(src + 3 * pixel);
      const even = f32x4.add(d0, d2);
      const odd = f32x4.add(d1, d3);
      const even4 = f32x4.add(d0, f32x4.mul(d2, four));
      let odd4 = f32x4.add(d1, f32x4.mul(d3, four));
      odd4 = f32x4.add(odd4, odd4);
      v128.store(dst + o, d0);
      v128.store(q1 + o, f32x4.add(even, odd));
      v128.store(q2 + o, f32x4.sub(even, odd));
      v128.store(q3 + o, f32x4.add(even4, odd4));
      v128.store(q4 + o, f32x4.sub(even4, odd4));
      v128.store(q5 + o, d3);
    }
    src += 3 * pixel;
  }
}

/**
 * Finds `count` image rows from row `top` on and writes their addresses to `rows`: rows outside the image lead to `zeros`;
 * where channels must be filled up to `lanes`, a filled copy is made at `copy`.
 */
function findRows(
  image: usize,
  height: i32,
  width: i32,
  channels: i32,
  lanes: i32,
  top: i32,
  count: i32,
  rows: usize,
  zeros: usize,
  copy: usize,
): void {
  const pixel = (<usize>channels) << 2;
  const lanePixel = (<usize>lanes) << 2;
  const rowBytes = <usize>width * pixel;
  for (let i = 0; i < count; i++) {
    const h = top + i;
    let at = zeros;
    if (h >= 0 && h < height) {
      at = image + <usize>h * rowBytes;
      if (channels != lanes) {
        let src = at;
        at = copy + <usize>i * <usize>width * lanePixel;
        for (let dst = at, end = at + <usize>width * lanePixel; dst < end; src += pixel, dst += lanePixel) {
          let c: usize = 0;
          for (; c < pixel; c += 4) store<f32>(dst + c, load<f32>(src + c));
          for (; c < lanePixel; c += 4) store<f32>(dst + c, 0);
        }
      }
    }
    store<usize>(rows + ((<usize>i) << 2), at);
  }
}

/** Four floats, `step` bytes apart; those past `count` are zero. */
function gather(at: usize, step: usize, count: i32): v128 {
  if (step == 4 && count > 3) return v128.load(at);
  let lanes = f32x4.replace_lane(f32x4.splat(0), 0, load<f32>(at));
  if (count > 1) lanes = f32x4.replace_lane(lanes, 1, load<f32>(at + step));
  if (count > 2) lanes = f32x4.replace_lane(lanes, 2, load<f32>(at + 2 * step));
  if (count > 3) lanes = f32x4.replace_lane(lanes, 3, load<f32>(at + 3 * step));
  return lanes;
}

/** `y = G g`: three vectors to six, stored `step` bytes apart. */
function filterTransform(g0: v128, g1: v128, g2: v128, dst: usize, step: usize): void {
  const sixth = f32x4.splat(1 / <f32>6);
  const part = f32x4.splat(1 / <f32>24);
  const s = f32x4.add(g0, g2);
  const q = f32x4.add(g0, f32x4.mul(g2, f32x4.splat(4)));
  const twice = f32x4.add(g1, g1);
  v128.store(dst, f32x4.mul(g0, f32x4.splat(0.25)));
  v128.store(dst + step, f32x4.neg(f32x4.mul(f32x4.add(s, g1), sixth)));
  v128.store(dst + 2 * step, f32x4.mul(f32x4.sub(g1, s), sixth));
  v128.store(dst + 3 * step, f32x4.mul(f32x4.add(q, twice), part));
  v128.store(dst + 4 * step, f32x4.mul(f32x4.sub(q, twice), part));
  v128.store(dst + 5 * step, g2);
}

/** `y = Gᵀ s`: six vectors, `step` bytes apart, to three, `dstStep` apart. */
function filterAdjoint(src: usize, step: usize, dst: usize, dstStep: usize): void {
  const sixth = f32x4.splat(1 / <f32>6);
  const part = f32x4.splat(1 / <f32>24);
  const s1 = v128.load(src + step);
  const s2 = v128.load(src + 2 * step);
  const s3 = v128.load(src + 3 * step);
  const s4 = v128.load(src + 4 * step);
  const a = f32x4.mul(f32x4.add(s1, s2), sixth);
  const b = f32x4.mul(f32x4.add(s3, s4), part);
  const c = f32x4.mul(f32x4.sub(s2, s1), sixth);
  const d = f32x4.mul(f32x4.sub(s3, s4), part);
  v128.store(dst, f32x4.add(f32x4.sub(f32x4.mul(v128.load(src), f32x4.splat(0.25)), a), b));
  v128.store(dst + dstStep, f32x4.add(c, f32x4.add(d, d)));
  const b4 = f32x4.mul(b, f32x4.splat(4));
  v128.store(dst + 2 * dstStep, f32x4.add(f32x4.sub(b4, a), v128.load(src + 5 * step)));
}

/**
 * Transforms a kernel `[3, 3, from, to]` into 36 panels `[to / 8][from4][8]`, `G g Gᵀ` of every filter, with 320 bytes of scratch
 * at `t`; `turned` takes the kernel of the input's gradient instead: turned by 180 degrees, from and to swapped. Channels are
 * filled up with zeros.
 */
export function winogradWeights(
  kernel: usize,
  inChannels: i32,
  outChannels: i32,
  turned: i32,
  u: usize,
  t: usize,
): void {
  const from = turned ? outChannels : inChannels;
  const to = turned ? inChannels : outChannels;
  const from4 = up4(from);
  const to8 = up8(to);
  const plane = (<usize>(from4 * to8)) << 2;
  if (from != from4 || to != to8) memory.fill(u, 0, 36 * plane);
  const tap = (<usize>(inChannels * outChannels)) << 2;
  const fromStep = (<usize>(turned ? 1 : outChannels)) << 2;
  const toStep = (<usize>(turned ? outChannels : <i32>1)) << 2;
  for (let c = 0; c < from; c++) {
    for (let k = 0; k < to; k += 4) {
      const g = kernel + <usize>c * fromStep + <usize>k * toStep;
      const out = u + ((<usize>(((k >> 3) * from4 + c) * 8 + (k & 7))) << 2);
      const count = to - k;
      for (let i: usize = 0; i < 3; i++) {
        const top: usize = turned ? 8 - i : i;
        const g0 = gather(g + top * tap, toStep, count);
        const second: usize = turned ? top - 3 : top + 3;
        const third: usize = turned ? top - 6 : top + 6;
        const g1 = gather(g + second * tap, toStep, count);
        const g2 = gather(g + third * tap, toStep, count);
        filterTransform(g0, g1, g2, t + (i << 4), 48);
      }
      for (let i: usize = 0; i < 6; i++) {
        const row = t + i * 48;
        filterTransform(v128.load(row), v128.load(row, 16), v128.load(row, 32), out + i * 6 * plane, plane);
      }
    }
  }
}

/**
 * `y[n, yHeight, yWidth, to] = x[n, height, width, from] * u`, padded above by `top` and left by `left` (at most 2 each).
 * A chunk is `tileRows` rows of 4 x 4 tiles, counted over the whole batch. Scratch: `winogradScratch` bytes.
 */
export function winogradConv(
  counter: usize,
  chunks: i32,
  scratch: usize,
  x: usize,
  u: usize,
  y: usize,
  batch: i32,
  height: i32,
  width: i32,
  from: i32,
  yHeight: i32,
  yWidth: i32,
  to: i32,
  top: i32,
  left: i32,
  tileRows: i32,
): void {
  const down = (yHeight + 3) >> 2;
  const across = (yWidth + 3) >> 2;
  const from4 = up4(from);
  const to8 = up8(to);
  const pixel = (<usize>from4) << 2;
  const yPixel = (<usize>to8) << 2;
  const stripWidth = 4 * across + 2;
  const stripRow = <usize>stripWidth * pixel;
  const yStripRow = <usize>(4 * across) * yPixel;
  const rows = scratch;
  const zeros = rows + 64;
  const copy = zeros + <usize>width * pixel;
  const strip = copy + (from == from4 ? 0 : 6 * <usize>width * pixel);
  const yStrip = strip + 6 * stripRow;
  const yRows = yStrip + 6 * yStripRow;
  const v = yRows + (to == to8 ? 0 : 4 * yStripRow);
  const most = <usize>up4(tileRows * across);
  const vPlane = most * pixel + GAP;
  const m = v + 36 * vPlane;
  const mPlane = most * yPixel + GAP;
  const uPlane = <usize>from4 * yPixel;
  const xImage = (<usize>(height * width * from)) << 2;
  const yRow = (<usize>(yWidth * to)) << 2;
  const allRows = batch * down;
  const inside = <usize>min(width, stripWidth - left) * pixel;
  memory.fill(zeros, 0, <usize>width * pixel);
  memory.fill(strip, 0, 6 * stripRow);
  for (;;) {
    const chunk = nextChunk(counter, chunks);
    if (chunk < 0) return;
    const firstRow = chunk * tileRows;
    const lastRow = min(firstRow + tileRows, allRows);
    for (let row = firstRow; row < lastRow; row++) {
      const n = row / down;
      const h = (row - n * down) * 4;
      findRows(x + <usize>n * xImage, height, width, from, from4, h - top, 6, rows, zeros, copy);
      inputColumns(rows, inside, strip + <usize>left * pixel, stripRow);
      const to0 = v + <usize>((row - firstRow) * across) * pixel;
      for (let i: usize = 0; i < 6; i++)
        inputRow(strip + i * stripRow, across, pixel, to0 + i * 6 * vPlane, vPlane);
    }
    const tiles = up4((lastRow - firstRow) * across);
    for (let i: usize = 0; i < 36; i++) {
      multiply(v + i * vPlane, from4, u + i * uPlane, m + i * mPlane, to8, tiles, from4, to8);
    }
    for (let row = firstRow; row < lastRow; row++) {
      const n = row / down;
      const h = (row - n * down) * 4;
      const from0 = m + <usize>((row - firstRow) * across) * yPixel;
      for (let i: usize = 0; i < 6; i++)
        outputRow(from0 + i * 6 * mPlane, mPlane, across, yPixel, yStrip + i * yStripRow);
      const count = min(4, yHeight - h);
      const dst = y + <usize>(n * yHeight + h) * yRow;
      if (to == to8) {
        outputColumns(yStrip, yStripRow, yRow, dst, yRow, count);
      } else {
        outputColumns(yStrip, yStripRow, yStripRow, yRows, yStripRow, count);
        for (let i = 0; i < count; i++) {
          let src = yRows + <usize>i * yStripRow;
          let out = dst + <usize>i * yRow;
          for (let w = 0; w < yWidth; w++, src += yPixel) {
            for (let c = 0; c < to; c++, out += 4) store<f32>(out, load<f32>(src + ((<usize>c) << 2)));
          }
        }
      }
    }
  }
}

/** Bytes of scratch that each thread needs for winogradConv and winogradFilterSums; `xWidth` and `yWidth` as there. */
export function winogradScratch(xWidth: i32, yWidth: i32, from: i32, to: i32, tileRows: i32): i32 {
  const across = (yWidth + 3) >> 2;
  const widest = max(xWidth, 4 * across + 2);
  const lanes = max(up4(from), up8(to)) << 2;
  const planes = 36 * (up4(tileRows * across) * ((up4(from) + up8(to)) << 2) + 2 * <i32>GAP);
  return 128 + 26 * widest * lanes + planes;
}

/**
 * The filter's gradient in the transformed space, summed over each chunk's images: `sums[chunks][36][from4][to8]`.
 * A chunk is `images` images; blocks within it are `tileRows` rows of tiles.
 */
export function winogradFilterSums(
  counter: usize,
  chunks: i32,
  scratch: usize,
  x: usize,
  dy: usize,
  sums: usize,
  batch: i32,
  height: i32,
  width: i32,
  from: i32,
  yHeight: i32,
  yWidth: i32,
  to: i32,
  top: i32,
  left: i32,
  tileRows: i32,
  images: i32,
): void {
  const down = (yHeight + 3) >> 2;
  const across = (yWidth + 3) >> 2;
  const from4 = up4(from);
  const to8 = up8(to);
  const pixel = (<usize>from4) << 2;
  const yPixel = (<usize>to8) << 2;
  const stripWidth = 4 * across + 2;
  const stripRow = <usize>stripWidth * pixel;
  const yStripRow = <usize>(4 * across) * yPixel;
  const widest = max(<usize>width * pixel, <usize>yWidth * yPixel);
  const rows = scratch;
  const zeros = rows + 64;
  const copy = zeros + widest;
  const strip = copy + (from == from4 && to == to8 ? 0 : 6 * widest);
  const yStrip = strip + 6 * stripRow;
  const v = yStrip + 6 * yStripRow;
  const most = <usize>(tileRows * across);
  const vPlane = most * pixel + GAP;
  const m = v + 36 * vPlane;
  const mPlane = most * yPixel + GAP;
  const sumPlane = <usize>from4 * yPixel;
  const xImage = (<usize>(height * width * from)) << 2;
  const yImage = (<usize>(yHeight * yWidth * to)) << 2;
  const inside = <usize>min(width, stripWidth - left) * pixel;
  memory.fill(zeros, 0, widest);
  memory.fill(strip, 0, 6 * (stripRow + yStripRow));
  for (;;) {
    const chunk = nextChunk(counter, chunks);
    if (chunk < 0) return;
    const sum = sums + <usize>chunk * 36 * sumPlane;
    memory.fill(sum, 0, 36 * sumPlane);
    const end = min((chunk + 1) * images, batch) * down;
    for (let firstRow = chunk * images * down; firstRow < end; firstRow += tileRows) {
      const lastRow = min(firstRow + tileRows, end);
      for (let row = firstRow; row < lastRow; row++) {
        const n = row / down;
        const h = (row - n * down) * 4;
        const tile = <usize>((row - firstRow) * across);
        findRows(x + <usize>n * xImage, height, width, from, from4, h - top, 6, rows, zeros, copy);
        inputColumns(rows, inside, strip + <usize>left * pixel, stripRow);
        const to0 = v + tile * pixel;
        for (let i: usize = 0; i < 6; i++)
          inputRow(strip + i * stripRow, across, pixel, to0 + i * 6 * vPlane, vPlane);
        findRows(dy + <usize>n * yImage, yHeight, yWidth, to, to8, h, 4, rows, zeros, copy);
        adjointColumns(rows, <usize>yWidth * yPixel, yStrip, yStripRow);
        const to1 = m + tile * yPixel;
        for (let i: usize = 0; i < 6; i++)
          adjointRow(yStrip + i * yStripRow, across, yPixel, to1 + i * 6 * mPlane, mPlane);
      }
      const tiles = (lastRow - firstRow) * across;
      for (let i: usize = 0; i < 36; i++) {
        multiplyTransposed(v + i * vPlane, from4, m + i * mPlane, to8, sum + i * sumPlane, tiles, from4, to8);
      }
    }
  }
}

/** Adds the chunks' sums and transforms them back, `Gᵀ s G`, into `dw[3, 3, from, to]`; 512 bytes of scratch at `t`. */
export function winogradFilter(sums: usize, chunks: i32, from: i32, to: i32, dw: usize, t: usize): void {
  const to8 = up8(to);
  const plane = (<usize>(up4(from) * to8)) << 2;
  const size: usize = 36 * plane;
  for (let chunk = 1; chunk < chunks; chunk++) addRow(sums + <usize>chunk * size, sums, size);
  const tap = (<usize>(from * to)) << 2;
  const back = t + 288;
  for (let c = 0; c < from; c++) {
    for (let k = 0; k < to; k += 4) {
      const s = sums + ((<usize>(c * to8 + k)) << 2);
      for (let i: usize = 0; i < 6; i++) filterAdjoint(s + i * plane, 6 * plane, t + (i << 4), 96);
      for (let i: usize = 0; i < 3; i++) filterAdjoint(t + i * 96, 16, back + i * 48, 16);
      const out = dw + ((<usize>(c * to + k)) << 2);
      const bytes = (<usize>min(4, to - k)) << 2;
      for (let i: usize = 0; i < 9; i++) copyRow(back + (i << 4), out + i * tap, bytes);
    }
  }
}
