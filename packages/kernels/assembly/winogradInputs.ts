// Knows how Winograd transforms images, four channels at a time: down columns, then along rows of tiles, on six points (0, 1, −1, 2,
// −2, ∞) or on four (0, 1, −1, ∞). Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016.
import { madd, nmadd } from './lanes';

/** Six points: `Bᵀ d` down the columns: six image rows of `bytes` bytes at `rows[0..5]` to six at `dst`, `step` bytes apart. */
export function inputColumns6(rows: usize, bytes: usize, dst: usize, step: usize): void {
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

/**
 * Six points: the same along a row of `tiles` tiles, of `pixel` bytes each: a tile reads six pixels `step` bytes apart, and begins
 * `next` bytes behind the one before; in each of six planes at `dst` it takes `wide` bytes.
 */
export function inputRow6(
  src: usize,
  tiles: i32,
  pixel: usize,
  step: usize,
  next: usize,
  dst: usize,
  plane: usize,
  wide: usize,
): void {
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
    let p1 = src + step;
    let p2 = p1 + step;
    let p3 = p2 + step;
    let p4 = p3 + step;
    let p5 = p4 + step;
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
    src += next - pixel;
    o += wide - pixel;
  }
}

/** Four points: `Bᵀ d` down the columns: four image rows to four. */
export function inputColumns4(rows: usize, bytes: usize, dst: usize, step: usize): void {
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
    v128.store(dst + o, f32x4.sub(d2, v128.load(p0 + o)));
    v128.store(q1 + o, f32x4.add(d1, d2));
    v128.store(q2 + o, f32x4.sub(d2, d1));
    v128.store(q3 + o, f32x4.sub(v128.load(p3 + o), d1));
  }
}

/** Four points: the same along a row of tiles; parameters as in inputRow6, for four pixels and planes. */
export function inputRow4(
  src: usize,
  tiles: i32,
  pixel: usize,
  step: usize,
  next: usize,
  dst: usize,
  plane: usize,
  wide: usize,
): void {
  const q1 = dst + plane;
  const q2 = q1 + plane;
  const q3 = q2 + plane;
  let o: usize = 0;
  for (let t = 0; t < tiles; t++) {
    let p1 = src + step;
    let p2 = p1 + step;
    let p3 = p2 + step;
    for (const end = o + pixel; o < end; o += 16) {
      const d1 = v128.load(p1);
      const d2 = v128.load(p2);
      v128.store(dst + o, f32x4.sub(d2, v128.load(src)));
      v128.store(q1 + o, f32x4.add(d1, d2));
      v128.store(q2 + o, f32x4.sub(d2, d1));
      v128.store(q3 + o, f32x4.sub(v128.load(p3), d1));
      src += 16;
      p1 += 16;
      p2 += 16;
      p3 += 16;
    }
    src += next - pixel;
    o += wide - pixel;
  }
}
