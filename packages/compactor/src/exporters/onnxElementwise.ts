// Knows how functions of single elements, of two tensors, and along one axis are said in ONNX.
import type { FusedActivation, GraphNode, UnaryFn } from '@asfp/core';
import { type Layout, type OnnxSketch, refusal } from './onnxSketch.ts';

/** Functions that one ONNX op computes, without attributes. */
const plainFns: Readonly<Partial<Record<UnaryFn, string>>> = {
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  identity: 'Identity',
  abs: 'Abs',
  neg: 'Neg',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  reciprocal: 'Reciprocal',
  erf: 'Erf',
  selu: 'Selu',
  softplus: 'Softplus',
};

/** Writes fn(x) and returns its name. */
export function onnxUnary(
  sketch: OnnxSketch,
  node: GraphNode,
  fn: UnaryFn | Exclude<FusedActivation, 'none'>,
  alpha: number,
  x: string,
): string {
  const plain = plainFns[fn];
  if (plain !== undefined) return sketch.emit(plain, [x], node.name);
  switch (fn) {
    case 'relu6': {
      const bounds = [0, 6].map((bound) => sketch.constant(`${node.name}/bound`, [], Float32Array.of(bound)));
      return sketch.emit('Clip', [x, ...bounds], node.name);
    }
    case 'elu':
      return sketch.emit('Elu', [x], node.name, { alpha: { float: 1 } });
    case 'leakyRelu':
      return sketch.emit('LeakyRelu', [x], node.name, { alpha: { float: alpha } });
    case 'square':
      return sketch.emit('Mul', [x, x], node.name);
    case 'rsqrt':
      return sketch.emit('Reciprocal', [sketch.emit('Sqrt', [x], `${node.name}/sqrt`)], node.name);
    default:
      throw refusal(node, 'another function');
  }
}

const binaryOps = {
  add: 'Add',
  sub: 'Sub',
  mul: 'Mul',
  div: 'Div',
  pow: 'Pow',
  maximum: 'Max',
  minimum: 'Min',
  squaredDifference: 'Sub',
  prelu: 'PRelu',
} as const;

/** The rules of these ops. */
export const onnxElementwise = {
  unary: (node: GraphNode<'unary'>, sketch: OnnxSketch): void => {
    const layout = sketch.layoutOf(node.inputs[0] as string);
    const x = sketch.read(node.inputs[0] as string, layout);
    sketch.set(node, onnxUnary(sketch, node, node.attrs.fn, node.attrs.alpha, x), layout);
  },
  binary: (node: GraphNode<'binary'>, sketch: OnnxSketch): void => {
    const layout = binaryLayout(node, sketch);
    const operands = node.inputs.map((name) => operand(name, node, sketch, layout));
    const { fn } = node.attrs;
    const result = sketch.emit(
      binaryOps[fn],
      operands,
      fn === 'squaredDifference' ? `${node.name}/difference` : node.name,
    );
    const whole = fn === 'squaredDifference' ? sketch.emit('Mul', [result, result], node.name) : result;
    sketch.set(node, whole, layout);
  },
  softmax: (node: GraphNode<'softmax'>, sketch: OnnxSketch): void => {
    const from = node.inputs[0] as string;
    const layout = sketch.layoutOf(from);
    const axis = layout === 'first' ? 1 : sketch.rank(from) - 1;
    sketch.set(node, sketch.emit('Softmax', [sketch.read(from, layout)], node.name, { axis }), layout);
  },
  batchNorm: (node: GraphNode<'batchNorm'>, sketch: OnnxSketch): void => {
    const from = node.inputs[0] as string;
    const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((at) => sketch.tensor(node, at).values);
    if (sketch.rank(from) === 4) {
      const inputs = [
        sketch.read(from, 'first'),
        ...node.inputs.slice(1).map((name) => sketch.read(name, 'last')),
      ];
      const attributes = { epsilon: { float: node.attrs.epsilon } };
      sketch.set(node, sketch.emit('BatchNormalization', inputs, node.name, attributes), 'first');
      return;
    }
    // ONNX has its channels on axis 1, which only images and rows of features have.
    const scale = Float32Array.from(
      gamma as ArrayLike<number>,
      (value, c) => value / Math.sqrt((variance?.[c] as number) + node.attrs.epsilon),
    );
    const shift = Float32Array.from(
      scale,
      (value, c) => (beta?.[c] as number) - value * (mean?.[c] as number),
    );
    const scaled = sketch.emit(
      'Mul',
      [sketch.read(from, 'last'), sketch.constant(`${node.name}/scale`, [scale.length], scale)],
      `${node.name}/scaled`,
    );
    const shifted = sketch.constant(`${node.name}/shift`, [shift.length], shift);
    sketch.set(node, sketch.emit('Add', [scaled, shifted], node.name), 'last');
  },
} as const;

/** Channels first where one operand stands so and all can: a computed value of fewer axes would meet the wrong ones. */
function binaryLayout(node: GraphNode, sketch: OnnxSketch): Layout {
  const can = node.inputs.every((name) => sketch.rank(name) === 4 || sketch.isConstant(name));
  return can && node.inputs.some((name) => sketch.layoutOf(name) === 'first') ? 'first' : 'last';
}

/** An operand; a weight of fewer axes is given all four, so that it meets the right ones. */
function operand(name: string, node: GraphNode, sketch: OnnxSketch, layout: Layout): string {
  const rank = sketch.rank(name);
  if (layout === 'last' || rank === 4 || rank === 0) return sketch.read(name, layout);
  const tensor = sketch.tensor(node, node.inputs.indexOf(name));
  const [n, h, w, c] = [...new Array<number>(4 - rank).fill(1), ...tensor.shape] as [
    number,
    number,
    number,
    number,
  ];
  if (h === 1 && w === 1) return sketch.constant(`${name}/nchw`, [n, c, 1, 1], tensor.values);
  const whole = sketch.constant(`${name}/nhwc`, [n, h, w, c], tensor.values);
  return sketch.emit('Transpose', [whole], `${name}/nchw`, { perm: [0, 3, 1, 2] });
}
