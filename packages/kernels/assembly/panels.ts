// Knows the product of a few rows with one panel of columns, in register tiles: the arithmetic below every convolution.
import { clamp, madd } from './lanes';

/** Stores one vector of a result: added to what stands there unless it `starts`, with what an epilogue adds if it `ends`. */
// @inline
function put(
  v: v128,
  starts: bool,
  ends: bool,
  bias: v128,
  residual: usize,
  y: usize,
  lo: v128,
  hi: v128,
): void {
  if (!starts) v = f32x4.add(v, v128.load(y));
  if (ends) {
    v = f32x4.add(v, bias);
    if (residual) v = f32x4.add(v, v128.load(residual));
    v = clamp(v, lo, hi);
  }
  v128.store(y, v);
}

/** One row of a panel of eight columns: alone, its two sums would wait for each other's end, so four of each take turns. */
function row8(
  a: usize,
  b: usize,
  starts: bool,
  ends: bool,
  bias: usize,
  residual: usize,
  y: usize,
  depth: i32,
  lo: v128,
  hi: v128,
): void {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  let d0 = c0;
  let d1 = c0;
  let e0 = c0;
  let e1 = c0;
  let f0 = c0;
  let f1 = c0;
  const end = b + ((<usize>depth) << 5);
  for (const last = b + ((<usize>(depth & ~3)) << 5); b < last; b += 128, a += 16) {
    let x = v128.load32_splat(a);
    c0 = madd(x, v128.load(b), c0);
    c1 = madd(x, v128.load(b, 16), c1);
    x = v128.load32_splat(a, 4);
    d0 = madd(x, v128.load(b, 32), d0);
    d1 = madd(x, v128.load(b, 48), d1);
    x = v128.load32_splat(a, 8);
    e0 = madd(x, v128.load(b, 64), e0);
    e1 = madd(x, v128.load(b, 80), e1);
    x = v128.load32_splat(a, 12);
    f0 = madd(x, v128.load(b, 96), f0);
    f1 = madd(x, v128.load(b, 112), f1);
  }
  for (; b < end; b += 32, a += 4) {
    const x = v128.load32_splat(a);
    c0 = madd(x, v128.load(b), c0);
    c1 = madd(x, v128.load(b, 16), c1);
  }
  c0 = f32x4.add(f32x4.add(c0, d0), f32x4.add(e0, f0));
  c1 = f32x4.add(f32x4.add(c1, d1), f32x4.add(e1, f1));
  put(c0, starts, ends, ends ? v128.load(bias) : lo, residual, y, lo, hi);
  put(c1, starts, ends, ends ? v128.load(bias, 16) : lo, residual ? residual + 16 : 0, y + 16, lo, hi);
}

/** One panel of eight columns, four rows at a time: eight sums and three operands fill the registers. */
// @inline
export function panel8(
  a: usize,
  aRow: usize,
  b: usize,
  starts: bool,
  ends: bool,
  bias: usize,
  residual: usize,
  y: usize,
  yRow: usize,
  rows: i32,
  depth: i32,
  lo: v128,
  hi: v128,
): void {
  const bias0 = ends ? v128.load(bias) : lo;
  const bias1 = ends ? v128.load(bias, 16) : lo;
  const step = residual ? yRow : 0;
  const half: usize = residual ? 16 : 0;
  const end = b + ((<usize>depth) << 5);
  for (let i = 0; i < rows; i += 4) {
    const left = rows - i;
    if (left == 1) {
      row8(a, b, starts, ends, bias, residual, y, depth, lo, hi);
      break;
    }
    let a0 = a;
    let a1 = a0 + aRow;
    let a2 = left > 2 ? a1 + aRow : a0;
    let a3 = left > 3 ? a2 + aRow : a0;
    a += aRow << 2;
    let c00 = f32x4.splat(0);
    let c01 = c00;
    let c10 = c00;
    let c11 = c00;
    let c20 = c00;
    let c21 = c00;
    let c30 = c00;
    let c31 = c00;
    for (let w = b; w < end; w += 32) {
      const b0 = v128.load(w);
      const b1 = v128.load(w, 16);
      let x = v128.load32_splat(a0);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      x = v128.load32_splat(a1);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(a2);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(a3);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
    }
    if (starts && !ends) {
      v128.store(y, c00);
      v128.store(y, c01, 16);
      if (left > 1) {
        y += yRow;
        v128.store(y, c10);
        v128.store(y, c11, 16);
      }
      if (left > 2) {
        y += yRow;
        v128.store(y, c20);
        v128.store(y, c21, 16);
      }
      if (left > 3) {
        y += yRow;
        v128.store(y, c30);
        v128.store(y, c31, 16);
      }
      y += yRow;
      continue;
    }
    put(c00, starts, ends, bias0, residual, y, lo, hi);
    put(c01, starts, ends, bias1, residual + half, y + 16, lo, hi);
    if (left > 1) {
      y += yRow;
      residual += step;
      put(c10, starts, ends, bias0, residual, y, lo, hi);
      put(c11, starts, ends, bias1, residual + half, y + 16, lo, hi);
    }
    if (left > 2) {
      y += yRow;
      residual += step;
      put(c20, starts, ends, bias0, residual, y, lo, hi);
      put(c21, starts, ends, bias1, residual + half, y + 16, lo, hi);
    }
    if (left > 3) {
      y += yRow;
      residual += step;
      put(c30, starts, ends, bias0, residual, y, lo, hi);
      put(c31, starts, ends, bias1, residual + half, y + 16, lo, hi);
    }
    y += yRow;
    residual += step;
  }
}

/** One panel of twelve columns: three rows at a time with fused multiply-add, else two, for a product needs a register too. */
// @inline
export function panel12(
  a: usize,
  aRow: usize,
  b: usize,
  starts: bool,
  ends: bool,
  bias: usize,
  residual: usize,
  y: usize,
  yRow: usize,
  rows: i32,
  depth: i32,
  lo: v128,
  hi: v128,
): void {
  const height = ASC_FEATURE_RELAXED_SIMD ? 3 : 2;
  const bias0 = ends ? v128.load(bias) : lo;
  const bias1 = ends ? v128.load(bias, 16) : lo;
  const bias2 = ends ? v128.load(bias, 32) : lo;
  const step = residual ? yRow : 0;
  const third: usize = residual ? 16 : 0;
  const end = b + <usize>depth * 48;
  for (let i = 0; i < rows; i += height) {
    const left = rows - i;
    let a0 = a;
    let a1 = left > 1 ? a0 + aRow : a0;
    let a2 = left > 2 ? a1 + aRow : a0;
    a += aRow * <usize>height;
    let c00 = f32x4.splat(0);
    let c01 = c00;
    let c02 = c00;
    let c10 = c00;
    let c11 = c00;
    let c12 = c00;
    let c20 = c00;
    let c21 = c00;
    let c22 = c00;
    for (let w = b; w < end; w += 48) {
      const b0 = v128.load(w);
      const b1 = v128.load(w, 16);
      const b2 = v128.load(w, 32);
      let x = v128.load32_splat(a0);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      c02 = madd(x, b2, c02);
      x = v128.load32_splat(a1);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      c12 = madd(x, b2, c12);
      if (ASC_FEATURE_RELAXED_SIMD) {
        x = v128.load32_splat(a2);
        c20 = madd(x, b0, c20);
        c21 = madd(x, b1, c21);
        c22 = madd(x, b2, c22);
        a2 += 4;
      }
      a0 += 4;
      a1 += 4;
    }
    if (starts && !ends) {
      v128.store(y, c00);
      v128.store(y, c01, 16);
      v128.store(y, c02, 32);
      if (left > 1) {
        y += yRow;
        v128.store(y, c10);
        v128.store(y, c11, 16);
        v128.store(y, c12, 32);
      }
      if (ASC_FEATURE_RELAXED_SIMD && left > 2) {
        y += yRow;
        v128.store(y, c20);
        v128.store(y, c21, 16);
        v128.store(y, c22, 32);
      }
      y += yRow;
      continue;
    }
    put(c00, starts, ends, bias0, residual, y, lo, hi);
    put(c01, starts, ends, bias1, residual + third, y + 16, lo, hi);
    put(c02, starts, ends, bias2, residual + 2 * third, y + 32, lo, hi);
    if (left > 1) {
      y += yRow;
      residual += step;
      put(c10, starts, ends, bias0, residual, y, lo, hi);
      put(c11, starts, ends, bias1, residual + third, y + 16, lo, hi);
      put(c12, starts, ends, bias2, residual + 2 * third, y + 32, lo, hi);
    }
    if (ASC_FEATURE_RELAXED_SIMD && left > 2) {
      y += yRow;
      residual += step;
      put(c20, starts, ends, bias0, residual, y, lo, hi);
      put(c21, starts, ends, bias1, residual + third, y + 16, lo, hi);
      put(c22, starts, ends, bias2, residual + 2 * third, y + 32, lo, hi);
    }
    y += yRow;
    residual += step;
  }
}

/** One panel of four columns: only for results of four columns, which no wider panel can hold. Depth is a multiple of 4. */
export function panel4(
  a: usize,
  aRow: usize,
  b: usize,
  starts: bool,
  ends: bool,
  bias: usize,
  residual: usize,
  y: usize,
  yRow: usize,
  rows: i32,
  depth: i32,
  lo: v128,
  hi: v128,
): void {
  const bias0 = ends ? v128.load(bias) : lo;
  const step = residual ? yRow : 0;
  const end = b + ((<usize>depth) << 4);
  for (let i = 0; i < rows; i += 2) {
    const left = rows - i;
    let a0 = a;
    let a1 = left > 1 ? a0 + aRow : a0;
    a += aRow << 1;
    let c0 = f32x4.splat(0);
    let c1 = c0;
    let c2 = c0;
    let c3 = c0;
    let d0 = c0;
    let d1 = c0;
    let d2 = c0;
    let d3 = c0;
    for (let w = b; w < end; w += 64) {
      const v = v128.load(a0);
      const u = v128.load(a1);
      c0 = madd(v128.shuffle<f32>(v, v, 0, 0, 0, 0), v128.load(w), c0);
      d0 = madd(v128.shuffle<f32>(u, u, 0, 0, 0, 0), v128.load(w), d0);
      c1 = madd(v128.shuffle<f32>(v, v, 1, 1, 1, 1), v128.load(w, 16), c1);
      d1 = madd(v128.shuffle<f32>(u, u, 1, 1, 1, 1), v128.load(w, 16), d1);
      c2 = madd(v128.shuffle<f32>(v, v, 2, 2, 2, 2), v128.load(w, 32), c2);
      d2 = madd(v128.shuffle<f32>(u, u, 2, 2, 2, 2), v128.load(w, 32), d2);
      c3 = madd(v128.shuffle<f32>(v, v, 3, 3, 3, 3), v128.load(w, 48), c3);
      d3 = madd(v128.shuffle<f32>(u, u, 3, 3, 3, 3), v128.load(w, 48), d3);
      a0 += 16;
      a1 += 16;
    }
    put(f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3)), starts, ends, bias0, residual, y, lo, hi);
    if (left > 1) {
      y += yRow;
      residual += step;
      put(f32x4.add(f32x4.add(d0, d1), f32x4.add(d2, d3)), starts, ends, bias0, residual, y, lo, hi);
    }
    y += yRow;
    residual += step;
  }
}
