// Knows what TensorFlow calls the functions of one or two elements, alone and fused into a layer.
import type { BinaryFn, FusedActivation, UnaryFn } from '../graph/graph.ts';

const unary: Readonly<Record<string, UnaryFn>> = {
  Identity: 'identity',
  StopGradient: 'identity',
  Snapshot: 'identity',
  Relu: 'relu',
  Relu6: 'relu6',
  Elu: 'elu',
  LeakyRelu: 'leakyRelu',
  Sigmoid: 'sigmoid',
  Tanh: 'tanh',
  Selu: 'selu',
  Softplus: 'softplus',
  Abs: 'abs',
  Neg: 'neg',
  Exp: 'exp',
  Log: 'log',
  Sqrt: 'sqrt',
  Rsqrt: 'rsqrt',
  Square: 'square',
  Reciprocal: 'reciprocal',
  Inv: 'reciprocal',
  Erf: 'erf',
};
const binary: Readonly<Record<string, BinaryFn>> = {
  Add: 'add',
  AddV2: 'add',
  BiasAdd: 'add',
  Sub: 'sub',
  Mul: 'mul',
  Maximum: 'maximum',
  Minimum: 'minimum',
  Div: 'div',
  RealDiv: 'div',
  Pow: 'pow',
  SquaredDifference: 'squaredDifference',
  Prelu: 'prelu',
};
const fused: Readonly<Record<string, FusedActivation>> = {
  Relu: 'relu',
  Relu6: 'relu6',
  Elu: 'elu',
  LeakyRelu: 'leakyRelu',
  Sigmoid: 'sigmoid',
  Tanh: 'tanh',
};

/** TensorFlow's names: of functions of one element, of two, and of those that a layer carries fused. */
export const plainOps: {
  readonly unary: Readonly<Record<string, UnaryFn>>;
  readonly binary: Readonly<Record<string, BinaryFn>>;
  readonly fused: Readonly<Record<string, FusedActivation>>;
} = { unary, binary, fused };
