// Knows how far float32 arithmetic itself can be off in one node: the part of a bound that float64 runs do not have.
import { type GraphNode, type RealTensor, sizeOf } from '@asfp/core';

/** Half a unit in the last place of float32, relative. */
const unit = 2 ** -24;

/** What a backend's exp, tanh and their like are good for: a few units in the last place of their value, or of 1. */
const functionUnits = 8;

/** Products and a bias that a layer adds up for one value: the most roundings that one of them goes through. */
export function sumLength(
  node: GraphNode<'conv2d' | 'depthwiseConv2d' | 'matMul' | 'convTranspose2d'>,
  kernel: RealTensor,
): number {
  const [height, width, , last] = kernel.shape as readonly [number, number, number, number];
  switch (node.op) {
    case 'conv2d':
      return sizeOf(kernel.shape.slice(0, 3)) + 1;
    case 'depthwiseConv2d':
      return height * width + 1;
    case 'convTranspose2d':
      return height * width * last + 1;
    case 'matMul':
      return (kernel.shape[0] as number) + 1;
  }
}

/** The error that one node's own arithmetic adds to a value; layers have theirs in their weights' rounding. `value` is of magnitudes where several are added up, `count` of them. */
export function arithmeticError(node: GraphNode, value: number, count: number): number {
  switch (node.op) {
    case 'conv2d':
    case 'depthwiseConv2d':
    case 'matMul':
      return ['none', 'relu', 'relu6'].includes(node.attrs.activation) ? 0 : functionError(value);
    case 'unary':
      return ['identity', 'relu', 'relu6', 'abs', 'neg'].includes(node.attrs.fn) ? 0 : functionError(value);
    case 'binary':
      return ['maximum', 'minimum'].includes(node.attrs.fn) ? 0 : functionError(value);
    case 'softmax':
      return (count + functionUnits) * unit * value;
    case 'mean':
    case 'avgPool':
      return (count + 2) * unit * value;
    case 'reduce':
      return node.attrs.fn === 'sum' ? count * unit * value : 0;
    case 'resize':
      return functionUnits * unit * value;
    default:
      return 0;
  }
}

function functionError(value: number): number {
  return functionUnits * unit * Math.max(1, Math.abs(value));
}
