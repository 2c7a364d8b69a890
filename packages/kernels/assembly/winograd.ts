// Knows 3 x 3 convolutions of stride 1 by Winograd's F(4 x 4, 3 x 3) and F(2 x 2, 3 x 3): a quarter, or under a half, of the
// multiplications.
import { highest, lowest, zeroVectors } from './lanes';
import { multiply } from './multiply';
import { fromColumn, fromRow, fromVector, toColumn, toRow, toVector } from './share';
import {
  inputColumns2,
  inputColumns4,
  inputRow2,
  inputRow4,
  outputColumns2,
  outputColumns4,
  outputRow2,
  outputRow4,
} from './winogradTransforms';

/** Bytes between the planes of a block, so that they do not fall on the same cache sets. */
const GAP: usize = 192;

/** Bytes of transformed input and output that a block of tiles may take: a larger one reads the kernels less often. */
const BLOCK: i32 = 1179648;

/** Rows of tiles in a block. */
// @inline
function blockRows(tile: i32, across: i32, channels: i32, cols: i32, allRows: i32): i32 {
  const side = tile + 2;
  return max(1, min(allRows, BLOCK / (4 * side * side * across * (channels + cols))));
}

/**
 * `y = act(conv(x) + bias + residual)`, 3 x 3, stride 1, in tiles of `tile` x `tile` results (4 or 2): x `[n, height, width,
 * channels]`, channels a multiple of 4, of which the first `used` are not filling, padded above by `top` and left by `left` (at most 2 each); y `[n, yHeight, yWidth,
 * cols]`, its pixels `yStride` floats apart. `kernels` are src/packWinograd.ts's planes of panels. `table`, `residual` and `act`
 * as in convGemm. Scratch: `winogradScratch` bytes.
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
): void {
  const four = tile == 4;
  const side = tile + 2;
  const down = (yHeight + tile - 1) / tile;
  const across = (yWidth + tile - 1) / tile;
  const allRows = batch * down;
  const rows = blockRows(tile, across, channels, cols, allRows);
  const begin = fromRow(allRows, 1);
  const end = toRow(allRows, 1);
  if (begin == end) return;
  // A panel of four columns takes whole vectors.
  const depth = cols == 4 ? channels : used;
  const kernelPlane = (<usize>(depth * cols)) << 2;
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
  const wide = (<usize>cols) << 2;
  const yPixel = (<usize>yStride) << 2;
  const rowBytes = <usize>width * pixel;
  const imageBytes = <usize>height * rowBytes;
  const yRow = <usize>yWidth * yPixel;
  const stripWidth = tile * across + 2;
  const stripRow = <usize>stripWidth * pixel;
  const wideRow = <usize>(tile * across) * wide;
  const pointers = scratch;
  const zeros = pointers + 32;
  const strip = zeros + rowBytes;
  const wideStrip = strip + <usize>side * stripRow;
  // A scatter's table may read past the last dense channel.
  const v = wideStrip + <usize>side * wideRow + 16;
  const most = <usize>(rows * across);
  const planes = <usize>(side * side);
  const vPlane = most * pixel + GAP;
  const m = v + planes * vPlane;
  const mPlane = most * wide + GAP;
  const inside = <usize>min(width, stripWidth - left) * pixel;
  const low = lowest(act);
  const high = highest(act);
  zeroVectors(zeros, rowBytes);
  // Columns outside the image stay zero for all rows.
  zeroVectors(strip, <usize>side * stripRow);
  for (let first = begin; first < end; first += rows) {
    const last = min(first + rows, end);
    let row = first;
    for (let to = v; row < last; row++, to += <usize>across * pixel) {
      const n = row / down;
      const h = (row - n * down) * tile - top;
      const image = x + <usize>n * imageBytes;
      for (let i = 0; i < side; i++) {
        const at = h + i;
        store<usize>(
          pointers + ((<usize>i) << 2),
          <u32>at < <u32>height ? image + <usize>at * rowBytes : zeros,
        );
      }
      if (four) inputColumns4(pointers, inside, strip + <usize>left * pixel, stripRow);
      else inputColumns2(pointers, inside, strip + <usize>left * pixel, stripRow);
      for (let i: usize = 0; i < <usize>side; i++) {
        const out = to + i * <usize>side * vPlane;
        if (four) inputRow4(strip + i * stripRow, across, pixel, out, vPlane);
        else inputRow2(strip + i * stripRow, across, pixel, out, vPlane);
      }
    }
    const tiles = (last - first) * across;
    for (let i: usize = 0; i < planes; i++)
      multiply(
        v + i * vPlane,
        pixel,
        kernels + i * kernelPlane,
        firstColumn,
        all,
        0,
        0,
        m + i * mPlane,
        wide,
        tiles,
        depth,
        cols,
        0,
        0,
      );
    row = first;
    for (let from = m; row < last; row++, from += <usize>across * wide) {
      const n = row / down;
      const h = (row - n * down) * tile;
      for (let i: usize = 0; i < <usize>side; i++) {
        const src = from + i * <usize>side * mPlane;
        if (four) outputRow4(src, mPlane, across, wide, wideStrip + i * wideRow);
        else outputRow2(src, mPlane, across, wide, wideStrip + i * wideRow);
      }
      const count = min(tile, yHeight - h);
      const at = <usize>(n * yHeight + h) * yRow;
      const res = residual ? residual + at : 0;
      const out = y + at;
      // A table counts from the first of all columns.
      const before: usize = table ? firstBytes : 0;
      const from = wideStrip - before;
      const add = bias - before;
      if (four)
        outputColumns4(
          from,
          wideRow,
          yWidth,
          wide,
          add,
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
      else
        outputColumns2(
          from,
          wideRow,
          yWidth,
          wide,
          add,
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
): i32 {
  const side = tile + 2;
  const across = (yWidth + tile - 1) / tile;
  const rows = blockRows(tile, across, channels, cols, batch * ((yHeight + tile - 1) / tile));
  const lines = (width + side * (tile * across + 2)) * channels + side * tile * across * cols;
  return 64 + (lines << 2) + side * side * (rows * across * (channels + cols) * 4 + 2 * <i32>GAP);
}
