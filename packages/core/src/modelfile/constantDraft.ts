// Knows which Keras layers compute with a value and a constant: a slope of each channel, a factor and a term.
import type { GraphNode } from '../graph/graph.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import { type LayerContext, type LayerDraft, refusal } from './layerDraft.ts';

/** The layers of a sum, product or slope by weights of the model; `left` or `right` is the weight. Throws AsfpError `layers-unsupported`. */
export function constantDraft(
  node: GraphNode<'binary'>,
  [left, right]: readonly (HostTensor | undefined)[],
  { shapes, nodes }: LayerContext,
): LayerDraft[] {
  const { fn } = node.attrs;
  const from = node.inputs[left === undefined ? 0 : 1] as string;
  const given = (left ?? right) as HostTensor;
  const shape = shapes.get(from) ?? [];
  const channels = shape.at(-1) ?? 0;
  const shared = { name: node.name, inputs: [from] };
  const padded = [
    ...new Array<number>(Math.max(shape.length - given.shape.length, 0)).fill(1),
    ...given.shape,
  ];
  if (fn === 'prelu' && left === undefined && padded.length === shape.length && padded[0] === 1) {
    const alpha = padded.slice(1);
    const axes = alpha.flatMap((dim, i) => (dim === 1 ? [i + 1] : []));
    return [
      {
        kind: 'PReLU',
        ...shared,
        config: { shared_axes: axes.length === 0 ? null : axes },
        weights: { alpha: { ...given, shape: alpha } },
      },
    ];
  }
  const [most = -1, ...others] = given.values;
  if (fn === 'minimum' && others.length === 0 && most >= 0 && isNeverNegative(nodes.get(from)))
    return [{ kind: 'ReLU', ...shared, config: { max_value: most }, weights: {} }];
  const perChannel = padded.length === shape.length && padded.slice(0, -1).every((dim) => dim === 1);
  const line = lineOf(fn, left !== undefined);
  const size = given.values.length;
  if (
    line === undefined ||
    !perChannel ||
    (size !== 1 && size !== channels) ||
    (left !== undefined && right !== undefined) ||
    (shape.length < 4 && shape.slice(1).includes(null)) ||
    channels === 0 ||
    shape.length < 2 ||
    shape.length > 4
  )
    throw refusal(node, 'a sum, product or slope by one number a channel');
  const vector = (value: (given: number) => number): HostTensor['values'] =>
    Float32Array.from({ length: channels }, (_, c) => value(given.values[size === 1 ? 0 : c] as number));
  const beta = vector(line.beta);
  const useBias = beta.some((term) => term !== 0);
  const scaled = {
    kind: 'DepthwiseConv2D',
    config: {
      kernel_size: [1, 1],
      strides: [1, 1],
      depth_multiplier: 1,
      padding: 'valid',
      data_format: 'channels_last',
      use_bias: useBias,
      activation: 'linear',
    },
    weights: {
      depthwise_kernel: { dtype: 'float32', shape: [1, 1, channels, 1], values: vector(line.gamma) },
      ...(useBias ? { bias: { dtype: 'float32', shape: [channels], values: beta } as const } : {}),
    },
  } as const;
  if (shape.length === 4) return [{ ...scaled, ...shared }];
  // Rows become an image for it, and rows again.
  const [image, product] = [`${node.name}/image`, `${node.name}/product`];
  const rows = shape.slice(1);
  const target = [...new Array<number>(4 - shape.length).fill(1), ...rows];
  return [
    { kind: 'Reshape', name: image, config: { target_shape: target }, inputs: [from], weights: {} },
    { ...scaled, name: product, inputs: [image] },
    { kind: 'Reshape', name: node.name, config: { target_shape: rows }, inputs: [product], weights: {} },
  ];
}

/** Whether a value comes out of a ReLU, so that another one changes nothing of it. */
function isNeverNegative(node: GraphNode | undefined): boolean {
  if (node?.op === 'unary') return node.attrs.fn === 'relu';
  const carries = node?.op === 'conv2d' || node?.op === 'depthwiseConv2d' || node?.op === 'matMul';
  return carries && node.attrs.activation === 'relu';
}

/** Slope and offset of a function of a value and a constant; `constantFirst` matters where the two cannot be swapped. */
function lineOf(
  fn: GraphNode<'binary'>['attrs']['fn'],
  constantFirst: boolean,
): { gamma: (given: number) => number; beta: (given: number) => number } | undefined {
  if (fn === 'add') return { gamma: () => 1, beta: (given) => given };
  if (fn === 'mul') return { gamma: (given) => given, beta: () => 0 };
  if (fn === 'sub' && constantFirst) return { gamma: () => -1, beta: (given) => given };
  if (fn === 'sub') return { gamma: () => 1, beta: (given) => -given };
  if (fn === 'div' && !constantFirst) return { gamma: (given) => 1 / given, beta: () => 0 };
  return undefined;
}
