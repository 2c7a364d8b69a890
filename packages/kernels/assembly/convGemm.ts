// Knows every convolution as a matrix product: image patches are laid out as rows, block by block.
import { highest, lowest, up4, zeroVectors } from './lanes';
import { multiply } from './multiply';
import { scatter } from './scatterRows';
import { fromColumn, fromRow, fromVector, toColumn, toRow, toVector } from './share';

/** Bytes of patches in a block: with the panels beside it, it stays in a second-level cache. */
const BLOCK: i32 = 196608;

/** Output pixels that a part is made of: whole tiles of rows, of either height. */
const UNIT: i32 = 12;

/** Output pixels in a block. */
// @inline
function blockRows(depth: i32): i32 {
  return max(12, min(252, (BLOCK / (depth << 2) / 12) * 12));
}

/** Floats of a run of pixels, up to the last one that is not filling; a panel of four columns takes whole vectors. */
// @inline
function runFloats(pixels: i32, channels: i32, used: i32, cols: i32): i32 {
  const floats = (pixels - 1) * channels + used;
  return cols == 4 ? up4(floats) : floats;
}

/** Copies the run of `pixels` pixels from `left` on of an image row to `out`, zeros where it lies outside; up to three floats more. */
// @inline
function copyRun(
  row: usize,
  left: i32,
  pixels: i32,
  width: i32,
  pixel: usize,
  out: usize,
  bytes: usize,
): void {
  const from = max(left, 0);
  const to = min(left + pixels, width);
  if (to - from == pixels) {
    let src = row + <usize>left * pixel;
    for (const end = out + bytes; out < end; out += 16, src += 16) v128.store(out, v128.load(src));
    return;
  }
  zeroVectors(out, bytes);
  if (to <= from) return;
  let src = row + <usize>from * pixel;
  out += <usize>(from - left) * pixel;
  for (const end = row + <usize>to * pixel; src < end; src += 4, out += 4) store<f32>(out, load<f32>(src));
}

/**
 * `y = act(conv(x) + bias + residual)`: x `[n, height, width, channels]`, y `[n, yHeight, yWidth, cols]`, its pixels `yStride`
 * floats apart; `channels` counts the floats of a pixel of x, and `used` those that are not filling. The kernel stands in panels
 * whose depth is `[kh][taps][run]` (`runFloats`): one run of all `kw` pixels, or, dilated, one for each tap. With a `table`
 * (else 0) the results are scattered into `yStride` channels, and `residual` (else 0) is as wide. Scratch: `convGemmScratch`
 * bytes.
 */
export function convGemm(
  x: usize,
  panels: usize,
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
  kh: i32,
  kw: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  top: i32,
  left: i32,
  act: i32,
): void {
  const together = dilationX == 1;
  const taps = together ? 1 : kw;
  const pixels = together ? kw : 1;
  const run = runFloats(pixels, channels, used, cols);
  const depth = kh * taps * run;
  const most = blockRows(depth);
  const pixel = (<usize>channels) << 2;
  const runBytes = (<usize>run) << 2;
  const rowBytes = <usize>width * pixel;
  const imageBytes = <usize>height * rowBytes;
  const yPixel = (<usize>yStride) << 2;
  const wideRow = (<usize>cols) << 2;
  // Pixels that are rows of the product as they stand need no copy.
  const asTheyStand =
    (kh | kw | strideY | strideX) == 1 && (top | left) == 0 && yHeight == height && yWidth == width;
  const aRow = asTheyStand ? pixel : (<usize>depth) << 2;
  const wide = scratch;
  const patches = wide + <usize>most * wideRow + 16;
  const low = lowest(act);
  const high = highest(act);
  const rows = batch * yHeight * yWidth;
  const begin = fromRow(rows, UNIT);
  const end = toRow(rows, UNIT);
  if (begin == end) return;
  // Columns of the product, and vectors of the stream that they are scattered into.
  const vectors = yStride >> 2;
  const firstColumn = fromColumn(cols, table, vectors);
  const columns = toColumn(cols, table, vectors) - firstColumn;
  const firstBytes = (<usize>firstColumn) << 2;
  const near = wide + firstBytes;
  bias += firstBytes;
  const firstVector = fromVector(vectors);
  const width4 = (toVector(vectors) - firstVector) << 2;
  table += table ? <usize>firstVector * 48 : 0;
  const skip = <usize>begin * yPixel + (table ? (<usize>firstVector) << 4 : firstBytes);
  y += skip;
  residual += residual ? skip : 0;
  const image = begin / yWidth / yHeight;
  let yy = (begin / yWidth) % yHeight;
  let xx = begin % yWidth;
  x += asTheyStand ? <usize>begin * aRow : <usize>image * imageBytes;
  for (let first = begin; first < end; first += most) {
    const count = min(most, end - first);
    let a = x;
    if (asTheyStand) {
      x += <usize>count * aRow;
    } else {
      a = patches;
      let out = patches;
      for (let i = 0; i < count; i++) {
        let h = yy * strideY - top;
        const w = xx * strideX - left;
        for (let k = 0; k < kh; k++, h += dilationY) {
          if (<u32>h < <u32>height) {
            const row = x + <usize>h * rowBytes;
            for (let t = 0; t < taps; t++, out += runBytes)
              copyRun(row, w + t * dilationX, pixels, width, pixel, out, runBytes);
          } else {
            zeroVectors(out, <usize>taps * runBytes);
            out += <usize>taps * runBytes;
          }
        }
        if (++xx == yWidth) {
          xx = 0;
          if (++yy == yHeight) {
            yy = 0;
            x += imageBytes;
          }
        }
      }
    }
    if (table) {
      multiply(
        a,
        aRow,
        panels,
        firstColumn,
        cols,
        bias,
        0,
        near,
        wideRow,
        count,
        depth,
        columns,
        -Infinity,
        Infinity,
      );
      scatter(wide, wideRow, table, residual, y, yPixel, count, width4, low, high);
    } else {
      multiply(
        a,
        aRow,
        panels,
        firstColumn,
        cols,
        bias,
        residual,
        y,
        yPixel,
        count,
        depth,
        columns,
        low,
        high,
      );
    }
    y += <usize>count * yPixel;
    if (residual) residual += <usize>count * yPixel;
  }
}

/** Bytes of scratch that convGemm needs. */
export function convGemmScratch(channels: i32, used: i32, cols: i32, kh: i32, kw: i32, dilationX: i32): i32 {
  const pixels = dilationX == 1 ? kw : 1;
  const depth = kh * (kw / pixels) * runFloats(pixels, channels, used, cols);
  // Sixteen bytes more, for a scatter's table may read past the last dense channel; and as many behind the last run.
  return ((blockRows(depth) * (depth + cols)) << 2) + 32;
}
