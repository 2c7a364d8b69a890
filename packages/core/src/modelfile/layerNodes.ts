// Knows each Keras layer class: the graph nodes it becomes, and where its settings stand in its config.
import type { Dim, GraphNode, OpAttrs, Padding, Pair } from '../graph/graph.ts';
import { type Shape, showShape } from '../graph/ops.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import { activationName, activationNodes, fusedActivation } from './layerActivation.ts';
import {
  constantNode,
  type LayerCall,
  layerNode,
  misfit,
  pairOf,
  scalarNode,
  weightNode,
  weightOf,
} from './layerCall.ts';

type Config = Readonly<Record<string, unknown>>;

type Weights = ReadonlyMap<string, HostTensor>;
type Rule = (call: LayerCall, weights: Weights, inputShape: Shape) => GraphNode[];

/** Layers that change nothing when a network is not being trained. */
const identities =
  /^(Dropout|SpatialDropout[123]D|AlphaDropout|GaussianDropout|GaussianNoise|ActivityRegularization|Random(Flip|Rotation|Zoom|Translation|Contrast|Brightness))$/;

const reasons: Readonly<Record<string, string>> = {
  Lambda: 'It holds code: replace it by layers',
  TFOpLambda: 'It holds code: convert the model to a GraphModel',
  TensorFlowOpLayer: 'It holds a TensorFlow op: convert the model to a GraphModel',
};

/** The nodes of one call, the constants of its weights first; `inputShape` is that of its first input. Throws, naming the layer, for a class that it does not know. */
export function layerNodes(call: LayerCall, weights: Weights, inputShape: Shape): GraphNode[] {
  if (identities.test(call.kind)) return activationNodes(call, 'linear', call.inputs, call.name);
  if (!Object.hasOwn(rules, call.kind))
    throw misfit(call, 'a layer class that can be read', call.kind, reasons[call.kind]);
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
      dilations: pairOf(call.config['dilation_rate'] ?? 1),
    });
  },
  DepthwiseConv2D: (call, weights) =>
    weighted(call, weights, 'depthwiseConv2d', 'depthwise_kernel', {
      ...windowOf(call),
      dilations: pairOf(call.config['dilation_rate'] ?? 1),
    }),
  Dense: (call, weights, inputShape) => {
    if (inputShape.length <= 2) return weighted(call, weights, 'matMul', 'kernel', {});
    // A product of rows: positions become rows before it, and positions again behind it.
    const features = inputShape.at(-1) ?? null;
    const positions = inputShape.slice(1, -1);
    if (features === null || positions.includes(null))
      throw misfit(call, 'an input of known size', showShape(inputShape));
    const rows = `${call.name}/rows`;
    const product = { ...call, name: `${call.name}/product`, inputs: [rows] };
    const nodes = weighted(product, weights, 'matMul', 'kernel', {});
    const units = weightOf(call, weights, 'kernel').shape[1] as number;
    const shape = [-1, ...(positions as number[]), units];
    return [
      layerNode(rows, 'reshape', call.inputs, { shape: [-1, features] }),
      ...nodes,
      layerNode(call.name, 'reshape', [product.name], { shape }),
    ];
  },
  SeparableConv2D: (call, weights) => {
    const first = `${call.name}/depthwise`;
    const depthwise = {
      ...windowOf(call),
      dilations: pairOf(call.config['dilation_rate'] ?? 1),
      activation: 'none' as const,
      alpha: 0,
    };
    const kernel = weightNode(call, weights, 'depthwise_kernel');
    const pointwise = { strides: [1, 1], pad: 'valid', dilations: [1, 1] };
    return [
      kernel,
      layerNode(first, 'depthwiseConv2d', [...call.inputs, kernel.name], depthwise),
      ...weighted({ ...call, inputs: [first] }, weights, 'conv2d', 'pointwise_kernel', pointwise),
    ];
  },
  Conv2DTranspose: (call, weights) => {
    if (
      (call.config['output_padding'] ?? null) !== null ||
      pairOf(call.config['dilation_rate'] ?? 1).some((d) => d !== 1)
    )
      throw misfit(call, 'no output padding and no dilation');
    const { strides, pad } = windowOf(call);
    const kernel = weightNode(call, weights, 'kernel');
    const fn = activationName(call.config['activation']);
    const bias = call.config['use_bias'] === false ? [] : [weightNode(call, weights, 'bias')];
    const names = ['product', ...bias.map(() => 'sum'), ...(fn === 'linear' ? [] : ['activation'])];
    const nameOf = (part: number): string =>
      part === names.length - 1 ? call.name : `${call.name}/${names[part]}`;
    const attrs = { strides, pad: pad as 'same' | 'valid', size: [null, null] as const };
    const nodes = [
      kernel,
      ...bias,
      layerNode(nameOf(0), 'convTranspose2d', [...call.inputs, kernel.name], attrs),
    ];
    for (const { name } of bias) nodes.push(layerNode(nameOf(1), 'binary', [nameOf(0), name], { fn: 'add' }));
    if (fn !== 'linear') nodes.push(...activationNodes(call, fn, [nameOf(names.length - 2)], call.name));
    return nodes;
  },
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
      ...parts.map(([part, tensor]) => constantNode(`${call.layer}/${part}`, tensor)),
      layerNode(call.name, 'batchNorm', [...call.inputs, ...parts.map(([part]) => `${call.layer}/${part}`)], {
        epsilon: Number(call.config['epsilon'] ?? 1e-3),
      }),
    ];
  },
  Activation: (call) =>
    activationNodes(call, activationName(call.config['activation']), call.inputs, call.name),
  ReLU: (call) => {
    const most = call.config['max_value'] ?? null;
    const slope = Number(call.config['negative_slope'] ?? 0);
    if (Number(call.config['threshold'] ?? 0) !== 0)
      throw misfit(call, 'a ReLU with threshold 0', String(call.config['threshold']));
    if (slope === 0 && most === 6) return activationNodes(call, 'relu6', call.inputs, call.name);
    const name = most === null ? call.name : `${call.name}/relu`;
    const below =
      slope === 0 ? ({ fn: 'relu', alpha: 0 } as const) : ({ fn: 'leakyRelu', alpha: slope } as const);
    const relu = layerNode(name, 'unary', call.inputs, below);
    if (most === null) return [relu];
    const limit = scalarNode(`${call.name}/max_value`, Number(most));
    return [relu, limit, layerNode(call.name, 'binary', [name, limit.name], { fn: 'minimum' })];
  },
  LeakyReLU: (call) => [
    layerNode(call.name, 'unary', call.inputs, {
      fn: 'leakyRelu',
      alpha: Number(call.config['alpha'] ?? call.config['negative_slope'] ?? 0.3),
    }),
  ],
  ELU: (call) => {
    const alpha = Number(call.config['alpha'] ?? 1);
    if (alpha !== 1) throw misfit(call, 'alpha 1', String(alpha));
    return activationNodes(call, 'elu', call.inputs, call.name);
  },
  PReLU: (call, weights) => {
    const alpha = weightNode(call, weights, 'alpha');
    return [alpha, layerNode(call.name, 'binary', [...call.inputs, alpha.name], { fn: 'prelu' })];
  },
  Softmax: (call, _, inputShape) => {
    const axis = [call.config['axis'] ?? -1].flat();
    const isLast = axis.length === 1 && (axis[0] === -1 || axis[0] === inputShape.length - 1);
    if (!isLast) throw misfit(call, 'softmax over the last axis', `axis ${axis.join(', ')}`);
    return activationNodes(call, 'softmax', call.inputs, call.name);
  },
  LayerNormalization: (call, weights, inputShape) => layerNorm(call, weights, inputShape),
  Rescaling: (call) => {
    const [scale, offset] = [call.config['scale'], call.config['offset'] ?? 0];
    if (typeof scale !== 'number' || typeof offset !== 'number')
      throw misfit(call, 'a scale and an offset that are numbers', JSON.stringify([scale, offset]));
    const factor = scalarNode(`${call.name}/scale`, scale);
    const term = scalarNode(`${call.name}/offset`, offset);
    const product = `${call.name}/scaled`;
    return [
      factor,
      term,
      layerNode(product, 'binary', [...call.inputs, factor.name], { fn: 'mul' }),
      layerNode(call.name, 'binary', [product, term.name], { fn: 'add' }),
    ];
  },
  UpSampling2D: (call, _, inputShape) => {
    const factor = pairOf(call.config['size'] ?? 2);
    const [, height = null, width = null] = inputShape;
    const method = String(call.config['interpolation'] ?? 'nearest');
    if (height === null || width === null) return [resizeNode(call, [null, null], factor, method)];
    return [resizeNode(call, [height * factor[0], width * factor[1]], [1, 1], method)];
  },
  Cropping2D: (call, _, inputShape) => {
    const [rows, cols] = call.config['cropping'] as readonly [Pair, Pair];
    const [, height = null, width = null] = inputShape;
    if (height === null || width === null)
      throw misfit(call, 'an input of known height and width', showShape(inputShape));
    const size = [-1, height - rows[0] - rows[1], width - cols[0] - cols[1], -1];
    return [layerNode(call.name, 'slice', call.inputs, { begin: [0, rows[0], cols[0], 0], size })];
  },
  Subtract: (call) => chain(call, 'sub'),
  Average: (call) => {
    const sum = `${call.name}/sum`;
    const share = scalarNode(`${call.name}/share`, 1 / call.inputs.length);
    return [
      ...chain({ ...call, name: sum }, 'add'),
      share,
      layerNode(call.name, 'binary', [sum, share.name], { fn: 'mul' }),
    ];
  },
  GlobalMaxPooling2D: (call) => [
    layerNode(call.name, 'reduce', call.inputs, {
      fn: 'max',
      axes: [1, 2],
      keepDims: call.config['keepdims'] === true,
    }),
  ],
  Add: (call) => chain(call, 'add'),
  Multiply: (call) => chain(call, 'mul'),
  Maximum: (call) => chain(call, 'maximum'),
  Minimum: (call) => chain(call, 'minimum'),
  Concatenate: (call) => [
    layerNode(call.name, 'concat', call.inputs, { axis: Number(call.config['axis'] ?? -1) }),
  ],
  MaxPooling2D: (call) => [poolNode(call, 'maxPool')],
  AveragePooling2D: (call) => [poolNode(call, 'avgPool')],
  GlobalAveragePooling2D: (call) => [
    layerNode(call.name, 'mean', call.inputs, { axes: [1, 2], keepDims: call.config['keepdims'] === true }),
  ],
  ZeroPadding2D: (call) => {
    const [rows, cols] = call.config['padding'] as readonly [Pair, Pair];
    return [layerNode(call.name, 'pad', call.inputs, { paddings: [[0, 0], rows, cols, [0, 0]], value: 0 })];
  },
  Permute: (call) => [
    layerNode(call.name, 'transpose', call.inputs, { perm: [0, ...(call.config['dims'] as number[])] }),
  ],
  Flatten: (call, _, [, ...dims]) => {
    const features = dims.reduce<number>((product, dim) => product * (dim ?? Number.NaN), 1);
    if (Number.isNaN(features))
      throw misfit(call, 'an input of known height, width and channels', showShape([null, ...dims]));
    return [layerNode(call.name, 'reshape', call.inputs, { shape: [-1, features] })];
  },
  Reshape: (call) => [
    layerNode(call.name, 'reshape', call.inputs, {
      shape: [-1, ...(call.config['target_shape'] as number[])],
    }),
  ],
};

/** A layer with a kernel: its constants, its node with the activation fused where that can be, else a node after it. */
function weighted(
  call: LayerCall,
  weights: Weights,
  op: 'conv2d' | 'depthwiseConv2d' | 'matMul',
  kernelName: string,
  attrs: Config,
): GraphNode[] {
  const fn = activationName(call.config['activation']);
  const fused = fusedActivation(fn);
  const apart = fn !== 'linear' && fused === 'none';
  const parts = [kernelName, ...(call.config['use_bias'] === false ? [] : ['bias'])];
  const name = apart ? `${call.name}/linear` : call.name;
  return [
    ...parts.map((part) => weightNode(call, weights, part)),
    layerNode(name, op, [...call.inputs, ...parts.map((part) => `${call.layer}/${part}`)], {
      ...attrs,
      activation: fused,
      alpha: 0,
    } as unknown as OpAttrs[typeof op]),
    ...(apart ? activationNodes(call, fn, [name], call.name) : []),
  ];
}

/** (x − mean) / √(variance + ε) · gamma + beta, over the last axis of each position. */
function layerNorm(call: LayerCall, weights: Weights, inputShape: Shape): GraphNode[] {
  const axis = [call.config['axis'] ?? -1].flat();
  if (axis.length !== 1 || (axis[0] !== -1 && axis[0] !== inputShape.length - 1))
    throw misfit(call, 'layer norm over the last axis', `axis ${axis.join(', ')}`);
  const part = (name: string): string => `${call.name}/${name}`;
  const parts = ['gamma', 'beta'].filter(
    (name) => call.config[name === 'gamma' ? 'scale' : 'center'] !== false,
  );
  const binary = (name: string, fn: OpAttrs['binary']['fn'], a: string, b: string): GraphNode =>
    layerNode(name, 'binary', [a, b], { fn });
  const average = (name: string, x: string): GraphNode =>
    layerNode(name, 'mean', [x], { axes: [-1], keepDims: true });
  const last = ['normal', ...parts].length - 1;
  const names = ['normal', ...parts].map((name, i) => (i === last ? call.name : part(`by_${name}`)));
  return [
    ...parts.map((name) => weightNode(call, weights, name)),
    scalarNode(part('epsilon'), Number(call.config['epsilon'] ?? 1e-3)),
    average(part('mean'), call.inputs[0] as string),
    binary(part('centred'), 'sub', call.inputs[0] as string, part('mean')),
    layerNode(part('square'), 'unary', [part('centred')], { fn: 'square', alpha: 0 }),
    average(part('variance'), part('square')),
    binary(part('raised'), 'add', part('variance'), part('epsilon')),
    layerNode(part('scale'), 'unary', [part('raised')], { fn: 'rsqrt', alpha: 0 }),
    binary(names[0] as string, 'mul', part('centred'), part('scale')),
    ...parts.map((name, i) =>
      binary(
        names[i + 1] as string,
        name === 'gamma' ? 'mul' : 'add',
        names[i] as string,
        `${call.layer}/${name}`,
      ),
    ),
  ];
}

function resizeNode(call: LayerCall, size: readonly [Dim, Dim], factor: Pair, method: string): GraphNode {
  if (method !== 'nearest' && method !== 'bilinear')
    throw misfit(call, 'interpolation nearest or bilinear', method);
  return layerNode(call.name, 'resize', call.inputs, {
    method,
    size,
    ...(size.includes(null) ? { factor } : {}),
    alignCorners: false,
    halfPixelCenters: false,
  });
}

/** A merge of two or more inputs as a chain of two-input nodes; the last one has the layer's name. */
function chain(call: LayerCall, fn: OpAttrs['binary']['fn']): GraphNode[] {
  const nodes: GraphNode[] = [];
  let left = call.inputs[0] as string;
  for (const [i, right] of call.inputs.slice(1).entries()) {
    const name = i === call.inputs.length - 2 ? call.name : `${call.name}/${i + 1}`;
    nodes.push(layerNode(name, 'binary', [left, right], { fn }));
    left = name;
  }
  return nodes;
}

function poolNode(call: LayerCall, op: 'maxPool' | 'avgPool'): GraphNode {
  const size = pairOf(call.config['pool_size'] ?? 2);
  const strides = pairOf(call.config['strides'] ?? size);
  return layerNode(call.name, op, call.inputs, { size, strides, pad: paddingOf(call) });
}

function windowOf(call: LayerCall): { strides: Pair; pad: Padding } {
  return { strides: pairOf(call.config['strides'] ?? 1), pad: paddingOf(call) };
}

function paddingOf(call: LayerCall): Padding {
  const padding = call.config['padding'] ?? 'valid';
  if (padding !== 'same' && padding !== 'valid') throw misfit(call, 'padding same or valid', String(padding));
  return padding;
}
