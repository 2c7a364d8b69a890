// Knows the functions of one or two elements, batch norm and softmax, in float64.
import type { BinaryFn, FusedActivation, GraphNode, UnaryFn } from '../graph/graph.ts';
import { broadcast } from '../graph/ops.ts';
import { stridesOf } from '../tensor/hostTensor.ts';
import { type RealTensor, realTensor } from './realTensor.ts';

// The two constants of self-normalizing networks (Klambauer et al. 2017, section 2).
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

/** One element through an activation; `alpha` is leakyRelu's slope below zero. */
export function activate(fn: FusedActivation | UnaryFn, alpha: number, x: number): number {
  switch (fn) {
    case 'none':
    case 'identity':
      return x;
    case 'relu':
      return Math.max(0, x);
    case 'relu6':
      return Math.min(6, Math.max(0, x));
    case 'elu':
      return x >= 0 ? x : Math.expm1(x);
    case 'leakyRelu':
      return x >= 0 ? x : alpha * x;
    case 'sigmoid':
      return 1 / (1 + Math.exp(-x));
    case 'tanh':
      return Math.tanh(x);
    case 'selu':
      return x >= 0 ? seluScale * x : seluScale * seluAlpha * Math.expm1(x);
    case 'softplus':
      return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    case 'abs':
      return Math.abs(x);
    case 'neg':
      return -x;
    case 'exp':
      return Math.exp(x);
    case 'log':
      return Math.log(x);
    case 'sqrt':
      return Math.sqrt(x);
    case 'rsqrt':
      return 1 / Math.sqrt(x);
    case 'square':
      return x * x;
    case 'reciprocal':
      return 1 / x;
    case 'erf':
      return erf(x);
  }
}

/** Two elements through a binary function. */
export function combine(fn: BinaryFn, a: number, b: number): number {
  switch (fn) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'div':
      return a / b;
    case 'pow':
      return a ** b;
    case 'squaredDifference':
      return (a - b) * (a - b);
    case 'prelu':
      return a >= 0 ? a : a * b;
    case 'maximum':
      return Math.max(a, b);
    case 'minimum':
      return Math.min(a, b);
  }
}

/** Element by element. */
export function unary({ attrs }: GraphNode<'unary'>, x: RealTensor): RealTensor {
  return realTensor(x.shape, (i) => activate(attrs.fn, attrs.alpha, x.values[i] as number));
}

/** Element by element, broadcast as in NumPy. */
export function binary({ name, attrs }: GraphNode<'binary'>, a: RealTensor, b: RealTensor): RealTensor {
  const shape = broadcast(name, a.shape, b.shape) as number[];
  const stepsA = broadcastSteps(a.shape, shape);
  const stepsB = broadcastSteps(b.shape, shape);
  const strides = stridesOf(shape);
  return realTensor(shape, (i) => {
    let atA = 0;
    let atB = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      const position = Math.floor(i / (strides[axis] as number)) % (shape[axis] as number);
      atA += position * (stepsA[axis] as number);
      atB += position * (stepsB[axis] as number);
    }
    return combine(attrs.fn, a.values[atA] as number, b.values[atB] as number);
  });
}

/** gamma · (x − mean) / √(variance + epsilon) + beta over the last axis. */
export function batchNorm(
  { attrs }: GraphNode<'batchNorm'>,
  x: RealTensor,
  gamma: RealTensor,
  beta: RealTensor,
  mean: RealTensor,
  variance: RealTensor,
): RealTensor {
  const channels = gamma.values.length;
  return realTensor(x.shape, (i) => {
    const c = i % channels;
    const scale = (gamma.values[c] as number) / Math.sqrt((variance.values[c] as number) + attrs.epsilon);
    return scale * ((x.values[i] as number) - (mean.values[c] as number)) + (beta.values[c] as number);
  });
}

/** Softmax over the last axis. */
export function softmax(x: RealTensor): RealTensor {
  const size = x.shape.at(-1) ?? 1;
  const out = realTensor(x.shape);
  for (let from = 0; from < x.values.length; from += size) {
    const row = x.values.subarray(from, from + size);
    const most = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const powers = row.map((value) => Math.exp(value - most));
    const total = powers.reduce((a, b) => a + b, 0);
    out.values.set(
      powers.map((power) => power / total),
      from,
    );
  }
  return out;
}

function broadcastSteps(shape: readonly number[], to: readonly number[]): number[] {
  const own = stridesOf(shape);
  return to.map((_, axis) => {
    const at = axis - (to.length - shape.length);
    return at < 0 || shape[at] === 1 ? 0 : (own[at] as number);
  });
}

/** The error function to full precision: its series near zero, its continued fraction further out. */
function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    // erf x = 2/√π · Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1))
    let power = x;
    let sum = x;
    for (let n = 1; Math.abs(power) > 1e-18; n++) {
      power *= (-x * x) / n;
      sum += power / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / 2 / (size + fraction);
  return Math.sign(x) * (1 - Math.exp(-size * size) / (Math.sqrt(Math.PI) * (size + fraction)));
}
