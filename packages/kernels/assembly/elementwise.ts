// Knows ops of one element: functions, and two tensors combined with broadcasting.
import { apply, exp4 } from './functions';
import { clamp, highest, lowest } from './lanes';
import { from, to } from './share';

/** `y = fn(x)` over `vectors` vectors; y may be x. */
export function unary(x: usize, y: usize, vectors: i32, fn: i32, alpha: f32): void {
  const end = x + ((<usize>to(vectors)) << 4);
  x += (<usize>from(vectors)) << 4;
  y += (<usize>from(vectors)) << 4;
  // The commonest has a loop of its own.
  if (fn == 1) for (; x < end; x += 16, y += 16) v128.store(y, f32x4.pmax(v128.load(x), f32x4.splat(0)));
  else for (; x < end; x += 16, y += 16) v128.store(y, apply(fn, v128.load(x), alpha));
}

// @inline
function combine(fn: i32, a: v128, b: v128): v128 {
  switch (fn) {
    case 0:
      return f32x4.add(a, b);
    case 1:
      return f32x4.sub(a, b);
    case 2:
      return f32x4.mul(a, b);
    case 3:
      return f32x4.div(a, b);
    case 4:
      return f32x4.max(a, b);
    case 5:
      return f32x4.min(a, b);
    case 6: {
      const d = f32x4.sub(a, b);
      return f32x4.mul(d, d);
    }
    default:
      return v128.bitselect(f32x4.mul(a, b), a, f32x4.lt(a, f32x4.splat(0)));
  }
}

/**
 * `y = act(fn(a, b))` over `[n, rows, columns, vectors]`: `aN`, `aRow`, `aColumn` are the bytes from one to the next in a, 0 where
 * a has only one; `aWide` says whether its channels are vectors or one float for all. The same for b. y is dense; act is one of
 * none, relu and relu6.
 */
export function binary(
  a: usize,
  b: usize,
  y: usize,
  n: i32,
  rows: i32,
  columns: i32,
  vectors: i32,
  aN: i32,
  aRow: i32,
  aColumn: i32,
  aWide: i32,
  bN: i32,
  bRow: i32,
  bColumn: i32,
  bWide: i32,
  fn: i32,
  act: i32,
): void {
  const lo = f32x4.splat(lowest(act));
  const hi = f32x4.splat(highest(act));
  // Without pixels to share, the vectors are.
  const all = n * rows * columns;
  const alone = all == 1;
  const begin = alone ? 0 : from(all);
  const end = alone ? 1 : to(all);
  if (begin == end) return;
  const firstVector = alone ? from(vectors) : 0;
  const skip = (<usize>firstVector) << 4;
  const bytes = (<usize>((alone ? to(vectors) : vectors) - firstVector)) << 4;
  y += <usize>begin * ((<usize>vectors) << 4) + skip;
  a += aWide ? skip : 0;
  b += bWide ? skip : 0;
  let w = begin % columns;
  let h = (begin / columns) % rows;
  let i = begin / columns / rows;
  for (let at = begin; at < end; at++) {
    let p = a + <usize>(i * aN + h * aRow + w * aColumn);
    let q = b + <usize>(i * bN + h * bRow + w * bColumn);
    if (aWide && bWide && fn == 0) {
      for (const last = y + bytes; y < last; y += 16, p += 16, q += 16)
        v128.store(y, clamp(f32x4.add(v128.load(p), v128.load(q)), lo, hi));
    } else if (aWide && bWide && fn == 2) {
      for (const last = y + bytes; y < last; y += 16, p += 16, q += 16)
        v128.store(y, clamp(f32x4.mul(v128.load(p), v128.load(q)), lo, hi));
    } else {
      for (const last = y + bytes; y < last; y += 16) {
        const u = aWide ? v128.load(p) : v128.load32_splat(p);
        const v = bWide ? v128.load(q) : v128.load32_splat(q);
        v128.store(y, clamp(combine(fn, u, v), lo, hi));
        p += 16;
        q += 16;
        if (!aWide) p -= 16;
        if (!bWide) q -= 16;
      }
    }
    if (++w == columns) {
      w = 0;
      if (++h == rows) {
        h = 0;
        i++;
      }
    }
  }
}

/** `y = x · scale + shift` by channel over `pixels` pixels of `vectors` vectors. */
export function affine(x: usize, scale: usize, shift: usize, y: usize, pixels: i32, vectors: i32): void {
  const bytes = (<usize>vectors) << 4;
  const begin = from(pixels);
  x += <usize>begin * bytes;
  y += <usize>begin * bytes;
  for (let i = begin, last = to(pixels); i < last; i++) {
    for (let c: usize = 0; c < bytes; c += 16, x += 16, y += 16)
      v128.store(y, f32x4.add(f32x4.mul(v128.load(x), v128.load(scale + c)), v128.load(shift + c)));
  }
}

/** Softmax over the first `channels` of each row of `stride` floats; the others become 0. y may be x. */
export function softmax(x: usize, y: usize, rows: i32, channels: i32, stride: i32): void {
  const row = (<usize>stride) << 2;
  const end = (<usize>channels) << 2;
  const begin = from(rows);
  x += <usize>begin * row;
  y += <usize>begin * row;
  for (let i = begin, last = to(rows); i < last; i++, x += row, y += row) {
    let most = load<f32>(x);
    for (let c: usize = 4; c < end; c += 4) most = max(most, load<f32>(x + c));
    let sum: f64 = 0;
    for (let c: usize = 0; c < row; c += 16) {
      v128.store(y + c, exp4(f32x4.sub(v128.load(x + c), f32x4.splat(most))));
    }
    for (let c: usize = end; c < row; c += 4) store<f32>(y + c, 0);
    for (let c: usize = 0; c < end; c += 4) sum += <f64>load<f32>(y + c);
    const share = f32x4.splat(<f32>(1 / sum));
    for (let c: usize = 0; c < row; c += 16) v128.store(y + c, f32x4.mul(v128.load(y + c), share));
  }
}

/** Sets the floats from `channels` on to 0 in each row of `stride` floats: what lies there meets weights that are 0. */
export function clearPads(y: usize, rows: i32, channels: i32, stride: i32): void {
  const row = (<usize>stride) << 2;
  const begin = from(rows);
  y += <usize>begin * row;
  for (let i = begin, last = to(rows); i < last; i++, y += row)
    for (let c = (<usize>channels) << 2; c < row; c += 4) store<f32>(y + c, 0);
}
