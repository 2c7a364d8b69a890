// Knows what TensorFlow calls the functions that nodes here have, for writing them.
import type { BinaryFn, FusedActivation, OpAttrs, UnaryFn } from '../graph/graph.ts';

const fused: Readonly<Record<Exclude<FusedActivation, 'none'>, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  leakyRelu: 'LeakyRelu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
};
const unary: Readonly<Record<UnaryFn, string>> = {
  ...fused,
  identity: 'Identity',
  selu: 'Selu',
  softplus: 'Softplus',
  abs: 'Abs',
  neg: 'Neg',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  rsqrt: 'Rsqrt',
  square: 'Square',
  reciprocal: 'Reciprocal',
  erf: 'Erf',
};
const binary: Readonly<Record<BinaryFn, string>> = {
  add: 'AddV2',
  sub: 'Sub',
  mul: 'Mul',
  div: 'RealDiv',
  pow: 'Pow',
  maximum: 'Maximum',
  minimum: 'Minimum',
  squaredDifference: 'SquaredDifference',
  prelu: 'Prelu',
};
const reduce = { sum: 'Sum', max: 'Max', min: 'Min' } as const;

/** TensorFlow's names of functions of one element, of two, of an axis, and of those that a layer carries fused. */
export const opNames: {
  readonly unary: Readonly<Record<UnaryFn, string>>;
  readonly binary: Readonly<Record<BinaryFn, string>>;
  readonly fused: Readonly<Record<Exclude<FusedActivation, 'none'>, string>>;
  readonly reduce: Readonly<Record<OpAttrs['reduce']['fn'], string>>;
} = { unary, binary, fused, reduce };
