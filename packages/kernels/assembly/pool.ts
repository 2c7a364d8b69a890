// Knows pooling: over windows, where positions outside the image do not count, and over whole images.
import { from, to } from './share';

/**
 * Reduces each window to one value: 0 sums, 1 means, 2 largest, 3 smallest; a window as large as the image reduces all of it.
 * x `[n, height, width, channels]`, channels a multiple of 4. Sums are kept in float64: thousands of values, added up in float32
 * one by one, would lose what a network may blow up.
 */
export function pool(
  x: usize,
  y: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  yHeight: i32,
  yWidth: i32,
  kh: i32,
  kw: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  what: i32,
): void {
  const pixel = (<usize>channels) << 2;
  const rowBytes = <usize>width * pixel;
  const begin = from(batch * yHeight);
  const end = to(batch * yHeight);
  if (begin == end) return;
  const firstImage = begin / yHeight;
  x += <usize>firstImage * <usize>height * rowBytes;
  y += <usize>begin * <usize>yWidth * pixel;
  for (let n = firstImage; n * yHeight < end; n++, x += <usize>height * rowBytes) {
    const last = min(yHeight, end - n * yHeight);
    for (let yy = max(0, begin - n * yHeight); yy < last; yy++) {
      const h0 = max(0, yy * strideY - top);
      const h1 = min(height, yy * strideY - top + kh);
      for (let xx = 0; xx < yWidth; xx++) {
        const w0 = max(0, xx * strideX - left);
        const w1 = min(width, xx * strideX - left + kw);
        const first = x + <usize>h0 * rowBytes + <usize>w0 * pixel;
        const across = <usize>(w1 - w0) * pixel;
        const share = f64x2.splat(what == 1 ? 1 / <f64>((h1 - h0) * (w1 - w0)) : 1);
        for (let c: usize = 0; c < pixel; c += 16, y += 16) {
          let row = first + c;
          let v = v128.load(row);
          if (what < 2) {
            let low = f64x2.splat(0);
            let high = low;
            for (let h = h0; h < h1; h++, row += rowBytes) {
              for (let p = row, end = row + across; p < end; p += pixel) {
                v = v128.load(p);
                low = f64x2.add(low, f64x2.promote_low_f32x4(v));
                high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 0, 1)));
              }
            }
            low = v128.demote_zero<f64>(f64x2.mul(low, share));
            high = v128.demote_zero<f64>(f64x2.mul(high, share));
            v = v128.shuffle<i32>(low, high, 0, 1, 4, 5);
          } else {
            // A window with NaN gives NaN.
            for (let h = h0; h < h1; h++, row += rowBytes) {
              for (let p = row, end = row + across; p < end; p += pixel)
                v = what == 2 ? f32x4.max(v, v128.load(p)) : f32x4.min(v, v128.load(p));
            }
          }
          v128.store(y, v);
        }
      }
    }
  }
}

/**
 * Reduces any axes, value by value: x `[n, rows, columns, channels]` with its steps in floats; the steps of y are 0 along the axes
 * that are reduced, over `yFloats` floats in all. `what` and the sums as in pool; `share` scales them. Scratch: 8 bytes for each
 * of the `yFloats`.
 */
export function reduceAxes(
  x: usize,
  y: usize,
  scratch: usize,
  n: i32,
  rows: i32,
  columns: i32,
  channels: i32,
  xN: i32,
  xRow: i32,
  xColumn: i32,
  yN: i32,
  yRow: i32,
  yColumn: i32,
  yChannel: i32,
  yFloats: i32,
  what: i32,
  share: f32,
): void {
  const start: f64 = what < 2 ? 0 : what == 2 ? -Infinity : Infinity;
  const end = scratch + ((<usize>yFloats) << 3);
  for (let p = scratch; p < end; p += 8) store<f64>(p, start);
  for (let i = 0; i < n; i++) {
    for (let h = 0; h < rows; h++) {
      for (let w = 0; w < columns; w++) {
        let p = x + ((<usize>(i * xN + h * xRow + w * xColumn)) << 2);
        let q = scratch + ((<usize>(i * yN + h * yRow + w * yColumn)) << 3);
        for (let c = 0; c < channels; c++, p += 4, q += (<usize>yChannel) << 3) {
          const v = <f64>load<f32>(p);
          const sum = load<f64>(q);
          store<f64>(q, what < 2 ? sum + v : what == 2 ? max(sum, v) : min(sum, v));
        }
      }
    }
  }
  for (let p = scratch; p < end; p += 8, y += 4) {
    const v = load<f64>(p);
    store<f32>(y, <f32>(what < 2 ? v * <f64>share : v));
  }
}
