// Knows the vectors of four floats: fused multiply-add where the build has it, clamping, and filling counts up to whole vectors.

/** `a · b + c`; rounded once where the build has relaxed SIMD and the machine can. */
// @inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** `c − a · b`. */
// @inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_nmadd(a, b, c) : f32x4.sub(c, f32x4.mul(a, b));
}

/** The bytes of `v` at the places of a mask, 0 where the mask says 128 or more; it never says 16 to 127. */
// @inline
export function lanesAt(v: v128, mask: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? i8x16.relaxed_swizzle(v, mask) : v128.swizzle(v, mask);
}

/** `v` between `lo` and `hi`; NaN stays NaN. */
// @inline
export function clamp(v: v128, lo: v128, hi: v128): v128 {
  return f32x4.pmin(f32x4.pmax(v, lo), hi);
}

/** The next multiple of 4. */
// @inline
export function up4(n: i32): i32 {
  return (n + 3) & ~3;
}

/** The lower bound that an activation code clamps to: relu and relu6 clamp, whatever else comes is a pass of its own. */
// @inline
export function lowest(act: i32): f32 {
  return act == 1 || act == 2 ? <f32>0 : -Infinity;
}

/** The upper bound that an activation code clamps to. */
// @inline
export function highest(act: i32): f32 {
  return act == 2 ? <f32>6 : Infinity;
}

/** Sets `bytes` bytes, a multiple of 16, to zero. */
export function zeroVectors(dst: usize, bytes: usize): void {
  for (const end = dst + bytes; dst < end; dst += 16) v128.store(dst, f32x4.splat(0));
}
