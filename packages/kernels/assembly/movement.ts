// Knows ops that only move values.
import { madd } from './lanes';
import { from, to } from './share';

/** Sets `floats` floats to a value. */
export function fill(y: usize, floats: i32, value: f32): void {
  const end = y + ((<usize>to(floats)) << 2);
  for (y += (<usize>from(floats)) << 2; y < end; y += 4) store<f32>(y, value);
}

/** Copies `[n0, n1, n2]` rows of `floats` floats; the steps of source and target are in floats. */
export function copy(
  x: usize,
  y: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  floats: i32,
  x0: i32,
  x1: i32,
  x2: i32,
  y0: i32,
  y1: i32,
  y2: i32,
): void {
  const bytes = (<usize>floats) << 2;
  const whole = bytes & ~15;
  // Parts are cut along the first axis that has several.
  const axis = n0 > 1 ? 0 : n1 > 1 ? 1 : 2;
  const all = axis == 0 ? n0 : axis == 1 ? n1 : n2;
  const begin = from(all);
  const count = to(all) - begin;
  if (axis == 0) n0 = count;
  else if (axis == 1) n1 = count;
  else n2 = count;
  x += (<usize>(begin * (axis == 0 ? x0 : axis == 1 ? x1 : x2))) << 2;
  y += (<usize>(begin * (axis == 0 ? y0 : axis == 1 ? y1 : y2))) << 2;
  for (let i = 0; i < n0; i++) {
    for (let j = 0; j < n1; j++) {
      let p = x + ((<usize>(i * x0 + j * x1)) << 2);
      let q = y + ((<usize>(i * y0 + j * y1)) << 2);
      for (let k = 0; k < n2; k++) {
        let o: usize = 0;
        for (; o < whole; o += 16) v128.store(q + o, v128.load(p + o));
        for (; o < bytes; o += 4) store<f32>(q + o, load<f32>(p + o));
        p += (<usize>x2) << 2;
        q += (<usize>y2) << 2;
      }
    }
  }
}

/** `y[row, i] = x[row, indices[i]]` for `count` indices. */
export function gather(
  x: usize,
  indices: usize,
  y: usize,
  rows: i32,
  xStride: i32,
  yStride: i32,
  count: i32,
): void {
  const begin = from(rows);
  x += (<usize>begin * <usize>xStride) << 2;
  y += (<usize>begin * <usize>yStride) << 2;
  for (let i = begin, last = to(rows); i < last; i++) {
    for (let c: usize = 0, end = (<usize>count) << 2; c < end; c += 4)
      store<f32>(y + c, load<f32>(x + ((<usize>load<i32>(indices + c)) << 2)));
    x += (<usize>xStride) << 2;
    y += (<usize>yStride) << 2;
  }
}

/**
 * Resizes images: `rows` and `columns` hold, for each row and column of y, the two of x it lies between (in rows, columns) and
 * the share of the second: `[i32, i32, f32]`. A share of 0 for all is the nearest neighbour.
 */
export function resize(
  x: usize,
  rows: usize,
  columns: usize,
  y: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  yHeight: i32,
  yWidth: i32,
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
    for (let h = max(0, begin - n * yHeight); h < last; h++) {
      const r = rows + <usize>h * 12;
      const above = x + <usize>load<i32>(r) * rowBytes;
      const below = x + <usize>load<i32>(r, 4) * rowBytes;
      const down = f32x4.splat(load<f32>(r, 8));
      for (let w = 0; w < yWidth; w++) {
        const c = columns + <usize>w * 12;
        const first = <usize>load<i32>(c) * pixel;
        const second = <usize>load<i32>(c, 4) * pixel;
        const along = f32x4.splat(load<f32>(c, 8));
        for (let o: usize = 0; o < pixel; o += 16, y += 16) {
          const a = v128.load(above + first + o);
          const b = v128.load(below + first + o);
          const upper = madd(f32x4.sub(v128.load(above + second + o), a), along, a);
          const lower = madd(f32x4.sub(v128.load(below + second + o), b), along, b);
          v128.store(y, madd(f32x4.sub(lower, upper), down, upper));
        }
      }
    }
  }
}
