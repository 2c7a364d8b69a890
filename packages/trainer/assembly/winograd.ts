// Knows 3 x 3 convolutions of stride 1 by Winograd's F(4 x 4, 3 x 3): a quarter of the multiplications.
// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016; the filter's gradient is the adjoint of the same form.
import { nextChunk } from './chunks';
import { multiply, multiplyTransposed } from './gemm';
import { up4, up8 } from './lanes';
import {
  adjointColumns,
  adjointRow,
  inputColumns,
  inputRow,
  outputColumns,
  outputRow,
} from './winogradTransforms';

/** Bytes between the 36 planes of a scratch block, so that they do not fall on the same cache sets. */
const GAP: usize = 192;

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
