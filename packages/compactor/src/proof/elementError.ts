// Knows how far the result of a function of one or two elements can move when its arguments do.
import { activate, type BinaryFn, type UnaryFn } from '@asfp/core';

/** Largest slope of each function that has one; leakyRelu's depends on its alpha. */
const slopes: Readonly<Partial<Record<UnaryFn | 'none', number>>> = {
  none: 1,
  identity: 1,
  relu: 1,
  relu6: 1,
  elu: 1,
  selu: 1.7581,
  sigmoid: 0.25,
  tanh: 1,
  softplus: 1,
  abs: 1,
  neg: 1,
  erf: 1.1284,
};

/** How far f(x) can move when x moves by at most `error`; infinite where x comes within `error` of a pole. */
export function unaryError(fn: UnaryFn | 'none', alpha: number, x: number, error: number): number {
  const slope = fn === 'leakyRelu' ? Math.max(1, Math.abs(alpha)) : slopes[fn];
  if (slope !== undefined) return slope * error;
  if (error === 0) return 0;
  if (fn !== 'square' && fn !== 'exp' && x - error <= 0) return Number.POSITIVE_INFINITY;
  // What is left is monotone on either side of zero: the ends of the interval are the worst.
  const at = activate(fn, alpha, fn === 'square' ? Math.abs(x) : x);
  const [low, high] = fn === 'square' ? [Math.abs(x), Math.abs(x) + error] : [x - error, x + error];
  return Math.max(Math.abs(activate(fn, alpha, low) - at), Math.abs(activate(fn, alpha, high) - at));
}

/** How far fn(a, b) can move when a and b move by at most `errorA` and `errorB`. */
export function binaryError(fn: BinaryFn, a: number, b: number, errorA: number, errorB: number): number {
  switch (fn) {
    case 'add':
    case 'sub':
      return errorA + errorB;
    case 'mul':
      return Math.abs(a) * errorB + Math.abs(b) * errorA + errorA * errorB;
    case 'maximum':
    case 'minimum':
      return Math.max(errorA, errorB);
    case 'squaredDifference': {
      const error = errorA + errorB;
      return (2 * Math.abs(a - b) + error) * error;
    }
    case 'prelu':
      return Math.max(1, Math.abs(b) + errorB) * errorA + (a < errorA ? Math.abs(a) * errorB : 0);
    case 'div': {
      const least = Math.abs(b) - errorB;
      if (errorA === 0 && errorB === 0) return 0;
      return least <= 0 ? Number.POSITIVE_INFINITY : (errorA + Math.abs(a / b) * errorB) / least;
    }
    case 'pow':
      return powError(a, b, errorA, errorB);
  }
}

/** Of a positive base aᵇ = exp(b·ln a), and b·ln a is the furthest at a corner; whole powers grow outwards. */
function powError(a: number, b: number, errorA: number, errorB: number): number {
  if (errorA === 0 && errorB === 0) return 0;
  if (errorB === 0 && Number.isInteger(b) && b > 0) return (Math.abs(a) + errorA) ** b - Math.abs(a) ** b;
  if (a - errorA <= 0) return Number.POSITIVE_INFINITY;
  const corners = [a - errorA, a + errorA].flatMap((base) => [base ** (b - errorB), base ** (b + errorB)]);
  return Math.max(...corners.map((corner) => Math.abs(corner - a ** b)));
}
