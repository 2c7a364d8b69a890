// Knows the transforms of Winograd's F(4 x 4, 3 x 3) and F(2 x 2, 3 x 3) for images, four channels at a time: down columns, then
// along rows of tiles. Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016.
import { clamp, lanesAt, madd, nmadd } from './lanes';

/** F(4): `Bᵀ d` down the columns: six image rows of `bytes` bytes at `rows[0..5]` to six at `dst`, `step` bytes apart. */
export function inputColumns4(rows: usize, bytes: usize, dst: usize, step: usize): void {
  const p0 = load<usize>(rows);
  const p1 = load<usize>(rows, 4);
  const p2 = load<usize>(rows, 8);
  const p3 = load<usize>(rows, 12);
  const p4 = load<usize>(rows, 16);
  const p5 = load<usize>(rows, 20);
  const q1 = dst + step;
  const q2 = q1 + step;
  const q3 = q2 + step;
  const q4 = q3 + step;
  const q5 = q4 + step;
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const five = f32x4.splat(5);
  for (let o: usize = 0; o < bytes; o += 16) {
    const d1 = v128.load(p1 + o);
    const d2 = v128.load(p2 + o);
    const d3 = v128.load(p3 + o);
    const d4 = v128.load(p4 + o);
    const a = nmadd(d2, four, d4);
    const b = nmadd(d1, four, d3);
    const e = f32x4.sub(d4, d2);
    const f = f32x4.sub(d3, d1);
    v128.store(q1 + o, f32x4.add(a, b));
    v128.store(q2 + o, f32x4.sub(a, b));
    v128.store(q3 + o, madd(f, two, e));
    v128.store(q4 + o, nmadd(f, two, e));
    v128.store(dst + o, madd(v128.load(p0 + o), four, nmadd(d2, five, d4)));
    v128.store(q5 + o, madd(d1, four, nmadd(d3, five, v128.load(p5 + o))));
  }
}

/** F(4): the same along a row of tiles: `src` holds `4 tiles + 2` pixels, `dst` six planes of `tiles` pixels. */
export function inputRow4(src: usize, tiles: i32, pixel: usize, dst: usize, plane: usize): void {
  const q1 = dst + plane;
  const q2 = q1 + plane;
  const q3 = q2 + plane;
  const q4 = q3 + plane;
  const q5 = q4 + plane;
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const five = f32x4.splat(5);
  let o: usize = 0;
  for (let t = 0; t < tiles; t++) {
    let p1 = src + pixel;
    let p2 = p1 + pixel;
    let p3 = p2 + pixel;
    let p4 = p3 + pixel;
    let p5 = p4 + pixel;
    for (const end = o + pixel; o < end; o += 16) {
      const d1 = v128.load(p1);
      const d2 = v128.load(p2);
      const d3 = v128.load(p3);
      const d4 = v128.load(p4);
      const a = nmadd(d2, four, d4);
      const b = nmadd(d1, four, d3);
      const e = f32x4.sub(d4, d2);
      const f = f32x4.sub(d3, d1);
      v128.store(q1 + o, f32x4.add(a, b));
      v128.store(q2 + o, f32x4.sub(a, b));
      v128.store(q3 + o, madd(f, two, e));
      v128.store(q4 + o, nmadd(f, two, e));
      v128.store(dst + o, madd(v128.load(src), four, nmadd(d2, five, d4)));
      v128.store(q5 + o, madd(d1, four, nmadd(d3, five, v128.load(p5))));
      src += 16;
      p1 += 16;
      p2 += 16;
      p3 += 16;
      p4 += 16;
      p5 += 16;
    }
    src += 3 * pixel;
  }
}

/** F(4): `Aᵀ m` along a row of tiles: six planes of `tiles` pixels to `4 tiles` pixels. */
export function outputRow4(src: usize, plane: usize, tiles: i32, pixel: usize, dst: usize): void {
  const p1 = src + plane;
  const p2 = p1 + plane;
  const p3 = p2 + plane;
  const p4 = p3 + plane;
  const p5 = p4 + plane;
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const eight = f32x4.splat(8);
  let o: usize = 0;
  for (let t = 0; t < tiles; t++) {
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
    dst += 3 * pixel;
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
function columns4(
  scatters: bool,
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
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const eight = f32x4.splat(8);
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
        const r1 = madd(d, two, f32x4.add(b, add));
        finish(r1, scatters, mask, fill, residual + resRow, y + yRow, lo, hi);
      }
      if (count > 2) {
        const r2 = madd(c, four, f32x4.add(a, add));
        finish(r2, scatters, mask, fill, residual + 2 * resRow, y + 2 * yRow, lo, hi);
      }
      if (count > 3) {
        const m5 = f32x4.add(v128.load(p + step), add);
        const r3 = madd(d, eight, f32x4.add(b, m5));
        finish(r3, scatters, mask, fill, residual + 3 * resRow, y + 3 * yRow, lo, hi);
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
 * F(4): the same down the columns, with the epilogue: six rows of `pixels` pixels of `pixel` bytes, `step` bytes apart, to the
 * first `count` of four rows of y, `yRow` bytes apart, their pixels of `vectors` vectors `yPixel` apart; `residual` (0: none)
 * lies as y does. A `table` (else 0) lists the channels of a stream (src/scatterTable.ts), its offsets counted from `src` and
 * `bias`.
 */
export function outputColumns4(
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
  if (table)
    columns4(
      true,
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
    columns4(false, src, step, pixels, pixel, bias, 0, vectors, residual, y, yRow, yPixel, count, low, high);
}

/** F(2): `Bᵀ d` down the columns: four image rows to four. */
export function inputColumns2(rows: usize, bytes: usize, dst: usize, step: usize): void {
  const p0 = load<usize>(rows);
  const p1 = load<usize>(rows, 4);
  const p2 = load<usize>(rows, 8);
  const p3 = load<usize>(rows, 12);
  const q1 = dst + step;
  const q2 = q1 + step;
  const q3 = q2 + step;
  for (let o: usize = 0; o < bytes; o += 16) {
    const d1 = v128.load(p1 + o);
    const d2 = v128.load(p2 + o);
    v128.store(dst + o, f32x4.sub(v128.load(p0 + o), d2));
    v128.store(q1 + o, f32x4.add(d1, d2));
    v128.store(q2 + o, f32x4.sub(d2, d1));
    v128.store(q3 + o, f32x4.sub(d1, v128.load(p3 + o)));
  }
}

/** F(2): the same along a row of tiles: `src` holds `2 tiles + 2` pixels. */
export function inputRow2(src: usize, tiles: i32, pixel: usize, dst: usize, plane: usize): void {
  const q1 = dst + plane;
  const q2 = q1 + plane;
  const q3 = q2 + plane;
  let o: usize = 0;
  for (let t = 0; t < tiles; t++) {
    let p1 = src + pixel;
    let p2 = p1 + pixel;
    let p3 = p2 + pixel;
    for (const end = o + pixel; o < end; o += 16) {
      const d1 = v128.load(p1);
      const d2 = v128.load(p2);
      v128.store(dst + o, f32x4.sub(v128.load(src), d2));
      v128.store(q1 + o, f32x4.add(d1, d2));
      v128.store(q2 + o, f32x4.sub(d2, d1));
      v128.store(q3 + o, f32x4.sub(d1, v128.load(p3)));
      src += 16;
      p1 += 16;
      p2 += 16;
      p3 += 16;
    }
    src += pixel;
  }
}

/** F(2): `Aᵀ m` along a row of tiles: four planes to `2 tiles` pixels. */
export function outputRow2(src: usize, plane: usize, tiles: i32, pixel: usize, dst: usize): void {
  const p1 = src + plane;
  const p2 = p1 + plane;
  const p3 = p2 + plane;
  let o: usize = 0;
  for (let t = 0; t < tiles; t++) {
    for (const end = o + pixel; o < end; o += 16, dst += 16) {
      const m1 = v128.load(p1 + o);
      const m2 = v128.load(p2 + o);
      v128.store(dst, f32x4.add(f32x4.add(v128.load(src + o), m1), m2));
      v128.store(dst + pixel, f32x4.sub(f32x4.sub(m1, m2), v128.load(p3 + o)));
    }
    dst += pixel;
  }
}

// @inline
function columns2(
  scatters: bool,
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
      const p = src + o + step;
      const m1 = v128.load(p);
      const m2 = v128.load(p + step);
      const r0 = f32x4.add(f32x4.add(v128.load(src + o), add), f32x4.add(m1, m2));
      finish(r0, scatters, mask, fill, residual, y, lo, hi);
      if (count > 1) {
        const m3 = f32x4.sub(add, v128.load(p + 2 * step));
        const r1 = f32x4.add(f32x4.sub(m1, m2), m3);
        finish(r1, scatters, mask, fill, residual + resRow, y + yRow, lo, hi);
      }
      y += 16;
      residual += resVector;
    }
    src += pixel;
    y += gap;
    residual += resGap;
  }
}

/** F(2): the same down the columns, with the epilogue; parameters as in outputColumns4, for two rows of y. */
export function outputColumns2(
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
  if (table)
    columns2(
      true,
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
    columns2(false, src, step, pixels, pixel, bias, 0, vectors, residual, y, yRow, yPixel, count, low, high);
}
