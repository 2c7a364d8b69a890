// Knows how the dense channels of a cut branch are added into the listed channels of a wider stream.
import { clamp, lanesAt } from './lanes';
import { from, to } from './share';

/**
 * `y[rows, width] = clamp(scattered(src) + fill + residual)`. `table` (src/scatterTable.ts) has 48 bytes for each four channels
 * of the stream: the byte offset of the four dense channels that hold its own, a mask that puts them in place, and the fill.
 */
export function scatter(
  src: usize,
  srcRow: usize,
  table: usize,
  residual: usize,
  y: usize,
  yRow: usize,
  rows: i32,
  width: i32,
  low: f32,
  high: f32,
): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const end = table + <usize>(width >> 2) * 48;
  for (let i = 0; i < rows; i++) {
    let out = y;
    if (residual) {
      let res = residual;
      for (let t = table; t < end; t += 48, out += 16, res += 16) {
        const lanes = lanesAt(v128.load(src + load<usize>(t)), v128.load(t, 16));
        const v = f32x4.add(f32x4.add(lanes, v128.load(t, 32)), v128.load(res));
        v128.store(out, clamp(v, lo, hi));
      }
      residual += yRow;
    } else {
      for (let t = table; t < end; t += 48, out += 16) {
        const lanes = lanesAt(v128.load(src + load<usize>(t)), v128.load(t, 16));
        v128.store(out, clamp(f32x4.add(lanes, v128.load(t, 32)), lo, hi));
      }
    }
    src += srcRow;
    y += yRow;
  }
}

/** The same as a kernel of its own, whose rows threads share. */
export function scatterRows(
  src: usize,
  srcRow: usize,
  table: usize,
  residual: usize,
  y: usize,
  yRow: usize,
  rows: i32,
  width: i32,
  low: f32,
  high: f32,
): void {
  const begin = from(rows);
  const skip = <usize>begin * yRow;
  residual += residual ? skip : 0;
  src += <usize>begin * srcRow;
  scatter(src, srcRow, table, residual, y + skip, yRow, to(rows) - begin, width, low, high);
}
