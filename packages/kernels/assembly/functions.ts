// Knows the functions of one element, four at a time. Polynomials after Cephes (Moshier): relative errors of a few 1e-7.
import { clamp, madd } from './lanes';

// @inline
function splat(v: f32): v128 {
  return f32x4.splat(v);
}

/** `eˣ`. */
export function exp4(x: v128): v128 {
  const t = clamp(x, splat(-87.5), splat(88.5));
  const n = f32x4.nearest(f32x4.mul(t, splat(1.44269504)));
  const r = madd(n, splat(2.1219444e-4), madd(n, splat(-0.693359375), t));
  let p = madd(splat(1.98756915e-4), r, splat(1.3981999507e-3));
  p = madd(p, r, splat(8.3334519073e-3));
  p = madd(p, r, splat(4.1665795894e-2));
  p = madd(p, r, splat(1.6666665459e-1));
  p = madd(p, r, splat(5.0000001201e-1));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), splat(1));
  const scale = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  const y = f32x4.mul(p, scale);
  const over = f32x4.gt(x, splat(88.72283));
  const under = f32x4.lt(x, splat(-87.33654));
  return v128.andnot(v128.bitselect(splat(Infinity), y, over), under);
}

/** The natural logarithm; −∞ at 0, NaN below. */
export function log4(x: v128): v128 {
  const small = f32x4.lt(x, splat(1.17549435e-38));
  const t = v128.bitselect(f32x4.mul(x, splat(16777216)), x, small);
  // t = m · 2ᵉ with m between √½ and √2.
  const bits = i32x4.sub(t, i32x4.splat(0x3f3504f3));
  let e = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
  const m = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  e = f32x4.sub(e, v128.and(splat(24), small));
  const r = f32x4.sub(m, splat(1));
  const z = f32x4.mul(r, r);
  let p = madd(splat(7.0376836292e-2), r, splat(-1.151461031e-1));
  p = madd(p, r, splat(1.167699874e-1));
  p = madd(p, r, splat(-1.2420140846e-1));
  p = madd(p, r, splat(1.4249322787e-1));
  p = madd(p, r, splat(-1.6668057665e-1));
  p = madd(p, r, splat(2.0000714765e-1));
  p = madd(p, r, splat(-2.4999993993e-1));
  p = madd(p, r, splat(3.3333331174e-1));
  let y = f32x4.mul(f32x4.mul(p, r), z);
  y = madd(e, splat(-2.1219444e-4), y);
  y = madd(z, splat(-0.5), y);
  y = madd(e, splat(0.693359375), f32x4.add(r, y));
  y = v128.bitselect(x, y, f32x4.ge(x, splat(Infinity)));
  y = v128.bitselect(splat(-Infinity), y, f32x4.eq(x, splat(0)));
  return v128.bitselect(splat(NaN), y, v128.or(f32x4.lt(x, splat(0)), f32x4.ne(x, x)));
}

/** `1 / (1 + e⁻ˣ)`. */
// @inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), exp4(f32x4.neg(x))));
}

/** The hyperbolic tangent: a polynomial near 0, where 1 − 2 / (e²ˣ + 1) would cancel. */
export function tanh4(x: v128): v128 {
  const z = f32x4.mul(x, x);
  let p = madd(splat(-5.70498872745e-3), z, splat(2.06390887954e-2));
  p = madd(p, z, splat(-5.37397155531e-2));
  p = madd(p, z, splat(1.33314422036e-1));
  p = madd(p, z, splat(-3.33332819422e-1));
  const near = madd(f32x4.mul(p, z), x, x);
  const far = f32x4.sub(splat(1), f32x4.div(splat(2), f32x4.add(exp4(f32x4.add(x, x)), splat(1))));
  return v128.bitselect(near, far, f32x4.lt(f32x4.abs(x), splat(0.625)));
}

/** `eˣ − 1`. */
function expm1(x: v128): v128 {
  // Taylor's series where the difference would cancel.
  let p = madd(splat(1.0 / 720), x, splat(1.0 / 120));
  p = madd(p, x, splat(1.0 / 24));
  p = madd(p, x, splat(1.0 / 6));
  p = madd(p, x, splat(0.5));
  const near = madd(f32x4.mul(p, x), x, x);
  return v128.bitselect(near, f32x4.sub(exp4(x), splat(1)), f32x4.lt(f32x4.abs(x), splat(0.25)));
}

/** The error function; Abramowitz and Stegun 7.1.26, absolute error 1.5e-7. */
function erf4(x: v128): v128 {
  const a = f32x4.abs(x);
  const t = f32x4.div(splat(1), madd(a, splat(0.3275911), splat(1)));
  let p = madd(t, splat(1.061405429), splat(-1.453152027));
  p = madd(p, t, splat(1.421413741));
  p = madd(p, t, splat(-0.284496736));
  p = madd(p, t, splat(0.254829592));
  const y = f32x4.sub(splat(1), f32x4.mul(f32x4.mul(p, t), exp4(f32x4.neg(f32x4.mul(a, a)))));
  return v128.or(y, v128.and(x, i32x4.splat(0x80000000)));
}

/** The function of that code (src/functionCodes.ts) of four elements. */
export function apply(fn: i32, x: v128, alpha: f32): v128 {
  const zero = splat(0);
  switch (fn) {
    case 1:
      return f32x4.pmax(x, zero);
    case 2:
      return clamp(x, zero, splat(6));
    case 3:
      return v128.bitselect(expm1(x), x, f32x4.lt(x, zero));
    case 4:
      return v128.bitselect(f32x4.mul(splat(alpha), x), x, f32x4.lt(x, zero));
    case 5:
      return sigmoid4(x);
    case 6:
      return tanh4(x);
    case 7:
      return v128.bitselect(
        f32x4.mul(splat(1.7580993408), expm1(x)),
        f32x4.mul(splat(1.0507009874), x),
        f32x4.lt(x, zero),
      );
    case 8: {
      // log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|)
      const t = exp4(f32x4.neg(f32x4.abs(x)));
      const u = f32x4.add(splat(1), t);
      const d = f32x4.sub(u, splat(1));
      // What 1 + t rounds away, the quotient puts back.
      const rest = v128.bitselect(t, f32x4.mul(log4(u), f32x4.div(t, d)), f32x4.eq(d, zero));
      return f32x4.add(f32x4.max(x, zero), rest);
    }
    case 9:
      return f32x4.abs(x);
    case 10:
      return f32x4.neg(x);
    case 11:
      return exp4(x);
    case 12:
      return log4(x);
    case 13:
      return f32x4.sqrt(x);
    case 14:
      return f32x4.div(splat(1), f32x4.sqrt(x));
    case 15:
      return f32x4.mul(x, x);
    case 16:
      return f32x4.div(splat(1), x);
    case 17:
      return erf4(x);
    default:
      return x;
  }
}
