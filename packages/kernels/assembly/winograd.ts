// Knows convolutions by Winograd: on six points F(m x m, r x r) with m + r = 7, on four points F(2 x 2, 3 x 3). A kernel of stride 2
// is four smaller ones, each over every second row and column of the image; their products add up before they are transformed back.
import { highest, lowest, up4, zeroVectors } from './lanes';
import { multiply } from './multiply';
import { fromColumn, fromRow, fromVector, toColumn, toRow, toVector } from './share';
import { inputColumns4, inputColumns6, inputRow4, inputRow6 } from './winogradInputs';
import { outputColumns, outputRow } from './winogradOutputs';

/** Bytes between the planes of a block, so that they do not fall on the same cache sets. */
const GAP: usize = 192;

/** Bytes of transformed input and output that a block of tiles may take: a larger one reads the kernels less often. */
const BLOCK: i32 = 1179648;

/** Rows of tiles in a block; `wide` counts the floats of a tile in a plane of transformed input, and of one of results. */
// @inline
function blockRows(points: i32, across: i32, wide: i32, allRows: i32): i32 {
  return max(1, min(allRows, BLOCK / (4 * points * points * across * wide)));
}

/** Floats of a tile in a plane of transformed input. */
// @inline
function tileFloats(channels: i32, stride: i32): i32 {
  return stride * stride * up4(channels);
}

/**
 * `y = act(conv(x) + bias + residual)` in tiles of `tile` x `tile` results, on `points` x `points` points: x `[n, height, width,
 * channels]`, of which the first `used` are not filling; where channels is no multiple of 4, a row's floats are one. Padded above
 * by `top`, and left by `left`, less than the points; y `[n, yHeight, yWidth, cols]`, its pixels `yStride` floats apart. `stride` is
 * 1 or 2. `kernels` are src/packWinograd.ts's planes of panels. `table`, `residual` and `act` as in convGemm. Scratch:
 * `winogradScratch` bytes.
 */
export function winograd(
  x: usize,
  kernels: usize,
  bias: usize,
  residual: usize,
  table: usize,
  y: usize,
  scratch: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  used: i32,
  yHeight: i32,
  yWidth: i32,
  cols: i32,
  yStride: i32,
  top: i32,
  left: i32,
  act: i32,
  tile: i32,
  points: i32,
  stride: i32,
): void {
  const six = points == 6;
  const down = (yHeight + tile - 1) / tile;
  const across = (yWidth + tile - 1) / tile;
  const allRows = batch * down;
  const filled = up4(channels);
  const deep = tileFloats(channels, stride);
  const rows = blockRows(points, across, deep + cols, allRows);
  const begin = fromRow(allRows, 1);
  const end = toRow(allRows, 1);
  if (begin == end) return;
  // From here on the columns are those of this part.
  const vectors = yStride >> 2;
  const all = cols;
  const firstColumn = fromColumn(cols, table, vectors);
  cols = toColumn(cols, table, vectors) - firstColumn;
  const firstBytes = (<usize>firstColumn) << 2;
  bias += firstBytes;
  const firstVector = fromVector(vectors);
  const parts = table ? toVector(vectors) - firstVector : cols >> 2;
  table += table ? <usize>firstVector * 48 : 0;
  const skip = table ? (<usize>firstVector) << 4 : firstBytes;
  y += skip;
  residual += residual ? skip : 0;
  const pixel = (<usize>channels) << 2;
  const vPixel = (<usize>deep) << 2;
  const filledBytes = (<usize>filled) << 2;
  const wide = (<usize>cols) << 2;
  const yPixel = (<usize>yStride) << 2;
  const rowBytes = <usize>width * pixel;
  const imageBytes = <usize>height * rowBytes;
  const yRow = <usize>yWidth * yPixel;
  const stripWidth = stride * (tile * across + points - tile);
  // The last pixel is read in whole vectors.
  const stripRow = <usize>stripWidth * pixel + 16;
  const wideRow = <usize>(tile * across) * wide;
  const pointers = scratch;
  const zeros = pointers + 32;
  const strip = zeros + rowBytes;
  const wideStrip = strip + <usize>points * stripRow;
  // A scatter's table may read past the last dense channel.
  const v = (wideStrip + <usize>points * wideRow + 31) & ~15;
  const most = <usize>(rows * across);
  const planes = <usize>(points * points);
  const vPlane = most * vPixel + GAP;
  const m = v + planes * vPlane;
  const mPlane = most * wide + GAP;
  const step = <usize>stride * pixel;
  const next = <usize>tile * step;
  const inside = <usize>min(width, stripWidth - left) * pixel;
  const low = lowest(act);
  const high = highest(act);
  zeroVectors(zeros, rowBytes);
  // Columns outside the image stay zero for all rows.
  zeroVectors(strip, <usize>points * stripRow);
  for (let first = begin; first < end; first += rows) {
    const last = min(first + rows, end);
    let row = first;
    for (let to = v; row < last; row++, to += <usize>across * vPixel) {
      const n = row / down;
      const h = (row - n * down) * tile * stride - top;
      const image = x + <usize>n * imageBytes;
      for (let py = 0; py < stride; py++) {
        for (let i = 0; i < points; i++) {
          const at = h + py + i * stride;
          store<usize>(
            pointers + ((<usize>i) << 2),
            <u32>at < <u32>height ? image + <usize>at * rowBytes : zeros,
          );
        }
        if (six) inputColumns6(pointers, inside, strip + <usize>left * pixel, stripRow);
        else inputColumns4(pointers, inside, strip + <usize>left * pixel, stripRow);
        for (let px = 0; px < stride; px++) {
          // What has no last tap stands at the ends: src/packWinograd.ts.
          const phase = stride == 1 ? 0 : py ? 2 + px : 1 - px;
          let src = strip + <usize>px * pixel;
          let out = to + <usize>phase * filledBytes;
          for (let i = 0; i < points; i++, src += stripRow, out += <usize>points * vPlane) {
            if (six) inputRow6(src, across, filledBytes, step, next, out, vPlane, vPixel);
            else inputRow4(src, across, filledBytes, step, next, out, vPlane, vPixel);
          }
        }
      }
    }
    // A row that is left over would round in another order, and be another one in a part: two are left over instead.
    const tiles = (last - first) * across;
    const even = tiles + (tiles % 4 == 1 ? 1 : 0);
    let kernel = kernels;
    for (let i = 0; i < points * points; i++) {
      let begin = 0;
      // A panel of four columns takes whole vectors.
      let depth = all == 4 ? filled : used;
      if (stride > 1) {
        const lowest = i >= points * (points - 1);
        const last = i % points == points - 1;
        begin = last ? filled : 0;
        depth = (lowest ? 2 : last ? 3 : 4) * filled - begin;
      }
      multiply(
        v + <usize>i * vPlane + ((<usize>begin) << 2),
        vPixel,
        kernel,
        firstColumn,
        all,
        0,
        0,
        m + <usize>i * mPlane,
        wide,
        even,
        depth,
        cols,
        0,
        0,
      );
      kernel += (<usize>(depth * all)) << 2;
    }
    row = first;
    for (let from = m; row < last; row++, from += <usize>across * wide) {
      const n = row / down;
      const h = (row - n * down) * tile;
      for (let i: usize = 0; i < <usize>points; i++) {
        const src = from + i * <usize>points * mPlane;
        outputRow(tile, points, src, mPlane, across, wide, wideStrip + i * wideRow);
      }
      const count = min(tile, yHeight - h);
      const at = <usize>(n * yHeight + h) * yRow;
      const res = residual ? residual + at : 0;
      const out = y + at;
      // A table counts from the first of all columns.
      const before: usize = table ? firstBytes : 0;
      outputColumns(
        tile,
        points,
        wideStrip - before,
        wideRow,
        yWidth,
        wide,
        bias - before,
        table,
        parts,
        res,
        out,
        yRow,
        yPixel,
        count,
        low,
        high,
      );
    }
  }
}

/** Bytes of scratch that winograd needs. */
export function winogradScratch(
  batch: i32,
  width: i32,
  channels: i32,
  yHeight: i32,
  yWidth: i32,
  cols: i32,
  tile: i32,
  points: i32,
  stride: i32,
): i32 {
  const across = (yWidth + tile - 1) / tile;
  const deep = tileFloats(channels, stride);
  const rows = blockRows(points, across, deep + cols, batch * ((yHeight + tile - 1) / tile));
  const stripRow = stride * (tile * across + points - tile) * channels + 4;
  // Behind the last plane there is room for a row more.
  const lines = width * channels + points * (stripRow + tile * across * cols) + cols;
  return 64 + (lines << 2) + points * points * (rows * across * (deep + cols) * 4 + 2 * <i32>GAP);
}
