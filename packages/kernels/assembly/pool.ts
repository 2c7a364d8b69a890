// Knows pooling: over windows, where positions outside the image do not count, and over whole images.
import { from, to } from './share';

/**
 * The largest value (`average` 0) or the mean (1) of each window: x `[n, height, width, channels]`, channels a multiple of 4.
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
  average: i32,
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
        const share = f32x4.splat(<f32>1 / <f32>((h1 - h0) * (w1 - w0)));
        for (let c: usize = 0; c < pixel; c += 16, y += 16) {
          let row = first + c;
          let v = average ? f32x4.splat(0) : v128.load(row);
          for (let h = h0; h < h1; h++, row += rowBytes) {
            if (average)
              for (let p = row, end = row + across; p < end; p += pixel) v = f32x4.add(v, v128.load(p));
            // A window with NaN gives NaN.
            else for (let p = row, end = row + across; p < end; p += pixel) v = f32x4.max(v, v128.load(p));
          }
          v128.store(y, average ? f32x4.mul(v, share) : v);
        }
      }
    }
  }
}

/** Reduces each image to one pixel: 0 sums, 1 means, 2 largest, 3 smallest: x `[n, pixels, channels]`, y `[n, channels]`. */
export function reducePixels(x: usize, y: usize, batch: i32, pixels: i32, channels: i32, what: i32): void {
  const pixel = (<usize>channels) << 2;
  const image = <usize>pixels * pixel;
  const share = f32x4.splat(what == 1 ? <f32>1 / <f32>pixels : <f32>1);
  for (let n = 0; n < batch; n++, x += image) {
    for (let c: usize = 0; c < pixel; c += 16, y += 16) {
      let p = x + c;
      const end = p + image;
      let v = v128.load(p);
      p += pixel;
      if (what < 2) {
        // Four sums, so that an addition need not wait for the one before.
        let s1 = f32x4.splat(0);
        let s2 = s1;
        let s3 = s1;
        for (; p + 3 * pixel < end; p += pixel) {
          v = f32x4.add(v, v128.load(p));
          p += pixel;
          s1 = f32x4.add(s1, v128.load(p));
          p += pixel;
          s2 = f32x4.add(s2, v128.load(p));
          p += pixel;
          s3 = f32x4.add(s3, v128.load(p));
        }
        for (; p < end; p += pixel) v = f32x4.add(v, v128.load(p));
        v = f32x4.mul(f32x4.add(f32x4.add(v, s1), f32x4.add(s2, s3)), share);
      } else if (what == 2) {
        for (; p < end; p += pixel) v = f32x4.max(v, v128.load(p));
      } else {
        for (; p < end; p += pixel) v = f32x4.min(v, v128.load(p));
      }
      v128.store(y, v);
    }
  }
}

/**
 * Reduces any axes, value by value: x `[n, rows, columns, channels]` with its steps in floats; the steps of y are 0 along the axes
 * that are reduced, over `yFloats` floats in all. What it computes is counted as in reducePixels; `share` scales sums.
 */
export function reduceAxes(
  x: usize,
  y: usize,
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
  const start: f32 = what < 2 ? 0 : what == 2 ? -Infinity : Infinity;
  const end = y + ((<usize>yFloats) << 2);
  for (let p = y; p < end; p += 4) store<f32>(p, start);
  for (let i = 0; i < n; i++) {
    for (let h = 0; h < rows; h++) {
      for (let w = 0; w < columns; w++) {
        let p = x + ((<usize>(i * xN + h * xRow + w * xColumn)) << 2);
        let q = y + ((<usize>(i * yN + h * yRow + w * yColumn)) << 2);
        for (let c = 0; c < channels; c++, p += 4, q += (<usize>yChannel) << 2) {
          const v = load<f32>(p);
          const sum = load<f32>(q);
          store<f32>(q, what < 2 ? sum + v : what == 2 ? max(sum, v) : min(sum, v));
        }
      }
    }
  }
  if (what < 2) for (let p = y; p < end; p += 4) store<f32>(p, load<f32>(p) * share);
}
