// Knows each Keras layer class: the graph nodes it becomes, and where its settings stand in its config.
import { AsfpError } from '../errors.ts';
import type {
  Dim,
  FusedActivation,
  GraphNode,
  OpAttrs,
  OpKind,
  Padding,
  Pair,
  UnaryFn,
} from '../graph/graph.ts';
import { type Shape, showShape } from '../graph/ops.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';

type Config = Readonly<Record<string, unknown>>;

/** One call of a layer: the layer's name finds its weights, the call's name is its node. */
export interface LayerCall {
  readonly kind: string;
  readonly layer: string;
  readonly name: string;
  readonly config: Config;
  readonly inputs: readonly string[];
}

type Weights = ReadonlyMap<string, HostTensor>;
type Rule = (call: LayerCall, weights: Weights, inputShape: Shape) => GraphNode[];

/** The nodes of one call, the constants of its weights first; `inputShape` is that of its first input. Throws, naming the layer, for a class that it does not know. */
export function layerNodes(call: LayerCall, weights: Weights, inputShape: Shape): GraphNode[] {
  if (!Object.hasOwn(rules, call.kind)) throw misfit(call, 'a layer class that can be read', call.kind);
  if (call.config['data_format'] === 'channels_first' || call.config['data_format'] === 'channelsFirst') {
    throw misfit(
      call,
      'channels on the last axis',
      'channels_first',
      'Convert the model to channels_last first',
    );
  }
  return (rules[call.kind] as Rule)(call, weights, inputShape);
}

const rules: Readonly<Record<string, Rule>> = {
  InputLayer: (call) => {
    const shape = call.config['batch_input_shape'] ?? call.config['batch_shape'];
    if (!Array.isArray(shape)) throw misfit(call, 'a batch_input_shape');
    return [{ name: call.name, op: 'input', inputs: [], attrs: { shape: shape as Dim[], dtype: 'float32' } }];
  },
  Conv2D: (call, weights) => {
    if (Number(call.config['groups'] ?? 1) !== 1)
      throw misfit(call, 'groups 1', String(call.config['groups']));
    return weighted(call, weights, 'conv2d', 'kernel', {
      ...windowOf(call),
      dilations: pair(call.config['dilation_rate'] ?? 1),
    });
  },
  DepthwiseConv2D: (call, weights) =>
    weighted(call, weights, 'depthwiseConv2d', 'depthwise_kernel', {
      ...windowOf(call),
      dilations: pair(call.config['dilation_rate'] ?? 1),
    }),
  Dense: (call, weights) => weighted(call, weights, 'matMul', 'kernel', {}),
  BatchNormalization: (call, weights) => {
    const variance = weightOf(call, weights, 'moving_variance');
    const filled = (value: number): HostTensor => ({
      ...variance,
      values: new Float32Array(variance.values.length).fill(value),
    });
    const parts: [string, HostTensor][] = [
      ['gamma', call.config['scale'] === false ? filled(1) : weightOf(call, weights, 'gamma')],
      ['beta', call.config['center'] === false ? filled(0) : weightOf(call, weights, 'beta')],
      ['moving_mean', weightOf(call, weights, 'moving_mean')],
      ['moving_variance', variance],
    ];
    const axis = [call.config['axis'] ?? -1].flat()[0];
    if (axis !== -1 && axis !== 3)
      throw misfit(call, 'batch norm over the last axis', `axis ${String(axis)}`);
    return [
      ...parts.map(([part, tensor]) => constant(`${call.layer}/${part}`, tensor)),
      node(call.name, 'batchNorm', [...call.inputs, ...parts.map(([part]) => `${call.layer}/${part}`)], {
        epsilon: Number(call.config['epsilon'] ?? 1e-3),
      }),
    ];
  },
  Activation: (call) => activationNodes(call, String(call.config['activation']), call.inputs, call.name),
  ReLU: (call) => {
    const most = call.config['max_value'] ?? null;
    if (
      (most !== null && most !== 6) ||
      Number(call.config['threshold'] ?? 0) !== 0 ||
      Number(call.config['negative_slope'] ?? 0) !== 0
    ) {
      throw misfit(call, 'a plain ReLU or ReLU6', JSON.stringify(call.config));
    }
    return activationNodes(call, most === 6 ? 'relu6' : 'relu', call.inputs, call.name);
  },
  LeakyReLU: (call) => [
    node(call.name, 'unary', call.inputs, {
      fn: 'leakyRelu',
      alpha: Number(call.config['alpha'] ?? call.config['negative_slope'] ?? 0.3),
    }),
  ],
  Softmax: (call) => activationNodes(call, 'softmax', call.inputs, call.name),
  Add: (call) => chain(call, 'add'),
  Multiply: (call) => chain(call, 'mul'),
  Maximum: (call) => chain(call, 'maximum'),
  Minimum: (call) => chain(call, 'minimum'),
  Concatenate: (call) => [
    node(call.name, 'concat', call.inputs, { axis: Number(call.config['axis'] ?? -1) }),
  ],
  MaxPooling2D: (call) => [poolNode(call, 'maxPool')],
  AveragePooling2D: (call) => [poolNode(call, 'avgPool')],
  GlobalAveragePooling2D: (call) => [
    node(call.name, 'mean', call.inputs, { axes: [1, 2], keepDims: call.config['keepdims'] === true }),
  ],
  ZeroPadding2D: (call) => {
    const [rows, cols] = call.config['padding'] as readonly [Pair, Pair];
    return [node(call.name, 'pad', call.inputs, { paddings: [[0, 0], rows, cols, [0, 0]], value: 0 })];
  },
  Permute: (call) => [
    node(call.name, 'transpose', call.inputs, { perm: [0, ...(call.config['dims'] as number[])] }),
  ],
  Flatten: (call, _, [, ...dims]) => {
    const features = dims.reduce<number>((product, dim) => product * (dim ?? Number.NaN), 1);
    if (Number.isNaN(features))
      throw misfit(call, 'an input of known height, width and channels', showShape([null, ...dims]));
    return [node(call.name, 'reshape', call.inputs, { shape: [-1, features] })];
  },
  Reshape: (call) => [
    node(call.name, 'reshape', call.inputs, { shape: [-1, ...(call.config['target_shape'] as number[])] }),
  ],
  // Both are the identity when a network is not being trained.
  Dropout: (call) => [node(call.name, 'unary', call.inputs, { fn: 'identity', alpha: 0 })],
  SpatialDropout2D: (call) => [node(call.name, 'unary', call.inputs, { fn: 'identity', alpha: 0 })],
};

const fusable: readonly string[] = ['relu', 'relu6', 'elu', 'sigmoid', 'tanh'];

/** A layer with a kernel: its constants, its node with the activation fused where that can be, else a node after it. */
function weighted(
  call: LayerCall,
  weights: Weights,
  op: 'conv2d' | 'depthwiseConv2d' | 'matMul',
  kernelName: string,
  attrs: Config,
): GraphNode[] {
  const fn = String(call.config['activation'] ?? 'linear');
  const fused = fusable.includes(fn) ? (fn as FusedActivation) : 'none';
  const apart = fn !== 'linear' && fused === 'none';
  const parts = [kernelName, ...(call.config['use_bias'] === false ? [] : ['bias'])];
  const name = apart ? `${call.name}/linear` : call.name;
  return [
    ...parts.map((part) => constant(`${call.layer}/${part}`, weightOf(call, weights, part))),
    node(name, op, [...call.inputs, ...parts.map((part) => `${call.layer}/${part}`)], {
      ...attrs,
      activation: fused,
      alpha: 0,
    } as unknown as OpAttrs[typeof op]),
    ...(apart ? activationNodes(call, fn, [name], call.name) : []),
  ];
}

function activationNodes(call: LayerCall, fn: string, inputs: readonly string[], name: string): GraphNode[] {
  if (fn === 'softmax') return [node(name, 'softmax', inputs, {})];
  if (fn === 'linear') return [node(name, 'unary', inputs, { fn: 'identity', alpha: 0 })];
  if (!fusable.includes(fn))
    throw misfit(call, `an activation of ${fusable.join(', ')}, linear, softmax`, fn);
  return [node(name, 'unary', inputs, { fn: fn as UnaryFn, alpha: 0 })];
}

/** A merge of two or more inputs as a chain of two-input nodes; the last one has the layer's name. */
function chain(call: LayerCall, fn: OpAttrs['binary']['fn']): GraphNode[] {
  const nodes: GraphNode[] = [];
  let left = call.inputs[0] as string;
  for (const [i, right] of call.inputs.slice(1).entries()) {
    const name = i === call.inputs.length - 2 ? call.name : `${call.name}/${i + 1}`;
    nodes.push(node(name, 'binary', [left, right], { fn }));
    left = name;
  }
  return nodes;
}

function poolNode(call: LayerCall, op: 'maxPool' | 'avgPool'): GraphNode {
  const size = pair(call.config['pool_size'] ?? 2);
  const strides = pair(call.config['strides'] ?? size);
  return node(call.name, op, call.inputs, { size, strides, pad: paddingOf(call) });
}

function windowOf(call: LayerCall): { strides: Pair; pad: Padding } {
  return { strides: pair(call.config['strides'] ?? 1), pad: paddingOf(call) };
}

function paddingOf(call: LayerCall): Padding {
  const padding = call.config['padding'] ?? 'valid';
  if (padding !== 'same' && padding !== 'valid') throw misfit(call, 'padding same or valid', String(padding));
  return padding;
}

function pair(value: unknown): Pair {
  return Array.isArray(value) ? (value as unknown as Pair) : [Number(value), Number(value)];
}

function weightOf(call: LayerCall, weights: Weights, part: string): HostTensor {
  const weight = weights.get(`${call.layer}/${part}`);
  if (weight === undefined) throw misfit(call, `its weight ${call.layer}/${part} in the manifest`, 'none');
  return weight;
}

function constant(name: string, tensor: HostTensor): GraphNode {
  return { name, op: 'const', inputs: [], attrs: { tensor } };
}

function node<K extends OpKind>(
  name: string,
  op: K,
  inputs: readonly string[],
  attrs: OpAttrs[K],
): GraphNode {
  return { name, op, inputs, attrs } as unknown as GraphNode;
}

function misfit(call: LayerCall, expected: string, found?: string, cure?: string): AsfpError {
  return new AsfpError({
    code: 'layer-unsupported',
    where: `layer ${call.layer} (${call.kind})`,
    expected,
    ...(found === undefined ? {} : { found }),
    ...(cure === undefined ? {} : { cure }),
  });
}
