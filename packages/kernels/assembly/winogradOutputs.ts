// Knows how Winograd's products become results, four channels at a time: along rows of tiles, then down columns, with the epilogue;
// on six points (0, 1, −1, 2, −2, ∞) or on four (0, 1, −1, ∞). Result k of a tile is the sum of the products at its points, each
// times the point to the power of k; what stands at infinity is part of the last one. Tiles of four results, being by far the most,
// have code of their own. Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016.
import { clamp, lanesAt, madd } from './lanes';

/** `Aᵀ m` along a row of tiles: as many planes as `points` of `tiles` pixels to `tile * tiles` pixels. */
export function outputRow(
  tile: i32,
  points: i32,
  src: usize,
  plane: usize,
  tiles: i32,
  pixel: usize,
  dst: usize,
): void {
  const p1 = src + plane;
  const p2 = p1 + plane;
  const p3 = p2 + plane;
  const p4 = p3 + plane;
  const p5 = p4 + plane;
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const eight = f32x4.splat(8);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const six = points == 6;
  const ends = six ? p5 : p3;
  let o: usize = 0;
  for (let t = 0; t < tiles; t++) {
    if (tile == 4) {
      for (const end = o + pixel; o < end; o += 16, dst += 16) {
        const m1 = v128.load(p1 + o);
        const m2 = v128.load(p2 + o);
        const m3 = v128.load(p3 + o);
        const m4 = v128.load(p4 + o);
        const a = f32x4.add(m1, m2);
        const b = f32x4.sub(m1, m2);
        const c = f32x4.add(m3, m4);
        const d = f32x4.sub(m3, m4);
        v128.store(dst, f32x4.add(f32x4.add(v128.load(src + o), a), c));
        v128.store(dst + pixel, madd(d, two, b));
        v128.store(dst + 2 * pixel, madd(c, four, a));
        v128.store(dst + 3 * pixel, madd(d, eight, f32x4.add(b, v128.load(p5 + o))));
      }
    } else {
      for (const end = o + pixel; o < end; o += 16, dst += 16) {
        const m1 = v128.load(p1 + o);
        const m2 = v128.load(p2 + o);
        // On four points the third of p stands at infinity, and there is nothing behind it.
        const m3 = six ? v128.load(p3 + o) : zero;
        const m4 = six ? v128.load(p4 + o) : zero;
        let a = f32x4.add(m1, m2);
        let b = f32x4.sub(m1, m2);
        let c = f32x4.add(m3, m4);
        let d = f32x4.sub(m3, m4);
        let r = f32x4.add(f32x4.add(v128.load(src + o), a), c);
        let power = one;
        let to = dst;
        for (let k = 1; k < tile; k++, to += pixel) {
          v128.store(to, r);
          power = f32x4.add(power, power);
          r = madd(d, power, b);
          // Even and odd powers take turns.
          const x = a;
          a = b;
          b = x;
          const y = c;
          c = d;
          d = y;
        }
        v128.store(to, f32x4.add(r, v128.load(ends + o)));
      }
    }
    dst += <usize>(tile - 1) * pixel;
  }
}

/** Stores a vector of a result: where a table scatters, four dense lanes put in their places; with what the epilogue adds. */
// @inline
function finish(
  v: v128,
  scatters: bool,
  mask: v128,
  fill: v128,
  residual: usize,
  y: usize,
  lo: v128,
  hi: v128,
): void {
  if (scatters) v = f32x4.add(lanesAt(v, mask), fill);
  if (residual) v = f32x4.add(v, v128.load(residual));
  v128.store(y, clamp(v, lo, hi));
}

// @inline
function columns(
  four: bool,
  scatters: bool,
  tile: i32,
  points: i32,
  src: usize,
  step: usize,
  pixels: i32,
  pixel: usize,
  bias: usize,
  table: usize,
  vectors: i32,
  residual: usize,
  y: usize,
  yRow: usize,
  yPixel: usize,
  count: i32,
  low: f32,
  high: f32,
): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const six = points == 6;
  const ends = <usize>(points - 1) * step;
  const bytes = (<usize>vectors) << 4;
  const gap = yPixel - bytes;
  const resRow = residual ? yRow : 0;
  const resVector: usize = residual ? 16 : 0;
  const resGap = residual ? gap : 0;
  for (let i = 0; i < pixels; i++) {
    let t = table;
    for (let v: usize = 0; v < bytes; v += 16) {
      const o = scatters ? load<usize>(t) : v;
      const mask = scatters ? v128.load(t, 16) : lo;
      const fill = scatters ? v128.load(t, 32) : lo;
      if (scatters) t += 48;
      const add = v128.load(bias + o);
      let p = src + o;
      if (four) {
        const m0 = v128.load(p);
        p += step;
        const m1 = v128.load(p);
        p += step;
        const m2 = v128.load(p);
        p += step;
        const m3 = v128.load(p);
        p += step;
        const m4 = v128.load(p);
        const a = f32x4.add(m1, m2);
        const b = f32x4.sub(m1, m2);
        const c = f32x4.add(m3, m4);
        const d = f32x4.sub(m3, m4);
        const r0 = f32x4.add(f32x4.add(m0, add), f32x4.add(a, c));
        finish(r0, scatters, mask, fill, residual, y, lo, hi);
        if (count > 1) {
          const r1 = madd(d, f32x4.splat(2), f32x4.add(b, add));
          finish(r1, scatters, mask, fill, residual + resRow, y + yRow, lo, hi);
        }
        if (count > 2) {
          const r2 = madd(c, f32x4.splat(4), f32x4.add(a, add));
          finish(r2, scatters, mask, fill, residual + 2 * resRow, y + 2 * yRow, lo, hi);
        }
        if (count > 3) {
          const m5 = f32x4.add(v128.load(p + step), add);
          const r3 = madd(d, f32x4.splat(8), f32x4.add(b, m5));
          finish(r3, scatters, mask, fill, residual + 3 * resRow, y + 3 * yRow, lo, hi);
        }
      } else {
        const m1 = v128.load(p + step);
        const m2 = v128.load(p + 2 * step);
        const m3 = six ? v128.load(p + 3 * step) : zero;
        const m4 = six ? v128.load(p + 4 * step) : zero;
        let a = f32x4.add(f32x4.add(m1, m2), add);
        let b = f32x4.add(f32x4.sub(m1, m2), add);
        let c = f32x4.add(m3, m4);
        let d = f32x4.sub(m3, m4);
        let r = f32x4.add(f32x4.add(v128.load(p), a), c);
        let power = one;
        let to = y;
        let res = residual;
        for (let k = 1; k <= count; k++) {
          if (k == tile) r = f32x4.add(r, v128.load(p + ends));
          finish(r, scatters, mask, fill, res, to, lo, hi);
          to += yRow;
          res += resRow;
          power = f32x4.add(power, power);
          r = madd(d, power, b);
          const x = a;
          a = b;
          b = x;
          const e = c;
          c = d;
          d = e;
        }
      }
      y += 16;
      residual += resVector;
    }
    src += pixel;
    y += gap;
    residual += resGap;
  }
}

/**
 * The same down the columns, with the epilogue: as many rows as `points` of `pixels` pixels of `pixel` bytes, `step` bytes apart, to
 * the first `count` of `tile` rows of y, `yRow` bytes apart, their pixels of `vectors` vectors `yPixel` apart; `residual` (0: none)
 * lies as y does. A `table` (else 0) lists the channels of a stream (src/scatterTable.ts), its offsets counted from `src` and
 * `bias`.
 */
export function outputColumns(
  tile: i32,
  points: i32,
  src: usize,
  step: usize,
  pixels: i32,
  pixel: usize,
  bias: usize,
  table: usize,
  vectors: i32,
  residual: usize,
  y: usize,
  yRow: usize,
  yPixel: usize,
  count: i32,
  low: f32,
  high: f32,
): void {
  if (tile != 4)
    columns(
      false,
      table != 0,
      tile,
      points,
      src,
      step,
      pixels,
      pixel,
      bias,
      table,
      vectors,
      residual,
      y,
      yRow,
      yPixel,
      count,
      low,
      high,
    );
  else if (table)
    columns(
      true,
      true,
      4,
      6,
      src,
      step,
      pixels,
      pixel,
      bias,
      table,
      vectors,
      residual,
      y,
      yRow,
      yPixel,
      count,
      low,
      high,
    );
  else
    columns(
      true,
      false,
      4,
      6,
      src,
      step,
      pixels,
      pixel,
      bias,
      0,
      vectors,
      residual,
      y,
      yRow,
      yPixel,
      count,
      low,
      high,
    );
}
