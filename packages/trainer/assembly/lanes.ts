// Knows the vectors of four floats: fused multiply-add where the build has it, filling counts up, and moving short rows.

/** `a · b + c`; rounded once where the build has relaxed SIMD and the machine can. */
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** `c − a · b`. */
export function nmadd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_nmadd(a, b, c) : f32x4.sub(c, f32x4.mul(a, b));
}

/** The next multiple of 4. */
export function up4(n: i32): i32 {
  return (n + 3) & ~3;
}

/** The next multiple of 8. */
export function up8(n: i32): i32 {
  return (n + 7) & ~7;
}

/** Copies `bytes` bytes, a multiple of 4; for short rows faster than memory.copy. */
export function copyRow(src: usize, dst: usize, bytes: usize): void {
  const whole = bytes & ~15;
  let o: usize = 0;
  for (; o < whole; o += 16) v128.store(dst + o, v128.load(src + o));
  for (; o < bytes; o += 4) store<f32>(dst + o, load<f32>(src + o));
}

/** Sets `bytes` bytes, a multiple of 4, to zero. */
export function zeroRow(dst: usize, bytes: usize): void {
  const whole = bytes & ~15;
  let o: usize = 0;
  for (; o < whole; o += 16) v128.store(dst + o, f32x4.splat(0));
  for (; o < bytes; o += 4) store<f32>(dst + o, 0);
}

/** `dst += src` over `bytes` bytes, a multiple of 4. */
export function addRow(src: usize, dst: usize, bytes: usize): void {
  const whole = bytes & ~15;
  let o: usize = 0;
  for (; o < whole; o += 16) v128.store(dst + o, f32x4.add(v128.load(dst + o), v128.load(src + o)));
  for (; o < bytes; o += 4) store<f32>(dst + o, load<f32>(dst + o) + load<f32>(src + o));
}
