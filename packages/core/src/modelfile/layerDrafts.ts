// Knows which standard Keras layers say what a node of a graph does.
import type { ConvNode, FusedActivation, GraphNode, UnaryFn } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import { constantTensor } from '../graph/walk.ts';
import { float32Tensor, type HostTensor, normalAxis } from '../tensor/hostTensor.ts';
import { constantDraft } from './constantDraft.ts';
import { type LayerContext, type LayerDraft, refusal } from './layerDraft.ts';
import { paddingAsScatter, scatterKernel } from './scatterSpelling.ts';

const activations: ReadonlySet<UnaryFn> = new Set<UnaryFn>([
  'relu',
  'relu6',
  'elu',
  'sigmoid',
  'tanh',
  'selu',
  'softplus',
]);

/** The layers of one node, in a row. Throws AsfpError `layers-unsupported`, naming the node, for what no standard layer does. */
export function layerDrafts(node: GraphNode, context: LayerContext): LayerDraft[] {
  const { name } = node;
  const from = node.inputs[0] as string;
  const shape = context.shapes.get(from) ?? [];
  const one = (
    kind: string,
    config: LayerDraft['config'] = {},
    weights: LayerDraft['weights'] = {},
  ): LayerDraft[] => [{ kind, name, config, inputs: [from], weights }];
  switch (node.op) {
    case 'input':
      return [
        {
          kind: 'InputLayer',
          name,
          config: { batch_input_shape: node.attrs.shape, dtype: node.attrs.dtype, sparse: false },
          inputs: [],
          weights: {},
        },
      ];
    case 'conv2d':
    case 'depthwiseConv2d':
      return convDrafts(node, context);
    case 'matMul': {
      if (shape.length !== 2) throw refusal(node, 'rows of features');
      const kernel = weight(node, 1, context);
      const bias = node.inputs[2] === undefined ? undefined : weight(node, 2, context);
      return withActivation(node, node.attrs.activation, node.attrs.alpha, (activation) => ({
        kind: 'Dense',
        config: { units: kernel.shape[1], use_bias: bias !== undefined, activation },
        weights: { kernel, ...(bias === undefined ? {} : { bias }) },
      }));
    }
    case 'scatter': {
      const fill = node.attrs.fill.some((value) => value !== 0)
        ? float32Tensor([node.attrs.size], [...node.attrs.fill])
        : undefined;
      const spatial = shape.length === 4;
      if (!spatial && shape.length !== 2) throw refusal(node, 'an image or rows of features');
      return selecting(node, scatterKernel(node.attrs, spatial), fill);
    }
    case 'gather': {
      const indices = constantTensor(context.nodes, node.inputs[1])?.values;
      const channels = shape.at(-1);
      const rank = shape.length;
      const last = normalAxis(node.attrs.axis, rank, name) === rank - 1;
      if (indices === undefined || typeof channels !== 'number' || !last || (rank !== 4 && rank !== 2))
        throw refusal(node, 'a choice of channels that is known');
      const values = new Float32Array(channels * indices.length);
      for (const [to, index] of indices.entries()) values[index * indices.length + to] = 1;
      const size = [channels, indices.length];
      return selecting(node, float32Tensor(rank === 4 ? [1, 1, ...size] : size, values), undefined);
    }
    case 'batchNorm': {
      const parts = ['gamma', 'beta', 'moving_mean', 'moving_variance'];
      const weights = Object.fromEntries(parts.map((part, i) => [part, weight(node, i + 1, context)]));
      return one('BatchNormalization', { axis: shape.length - 1, epsilon: node.attrs.epsilon }, weights);
    }
    case 'unary':
      return unaryDraft(node);
    case 'binary':
      return binaryDraft(node, context);
    case 'softmax':
      return one('Softmax', { axis: -1 });
    case 'maxPool':
    case 'avgPool': {
      const { size, strides, pad } = node.attrs;
      if (typeof pad !== 'string') throw refusal(node, 'padding same or valid');
      const kind = node.op === 'maxPool' ? 'MaxPooling2D' : 'AveragePooling2D';
      return one(kind, { pool_size: [...size], strides: [...strides], padding: pad });
    }
    case 'mean':
    case 'reduce':
      return globalPool(node, shape);
    case 'pad': {
      const [batch, rows, cols, channels] = node.attrs.paddings;
      const plain = [batch, channels].every((each) => each?.[0] === 0 && each[1] === 0);
      const placed = shape.length === 4 && !plain ? paddingAsScatter(node.attrs, shape[3]) : undefined;
      if (placed !== undefined) return selecting(node, scatterKernel(placed, true), undefined);
      if (shape.length !== 4 || !plain || node.attrs.value !== 0)
        throw refusal(node, 'a frame of zeros around an image');
      return one('ZeroPadding2D', { padding: [rows, cols] });
    }
    case 'convTranspose2d':
      return transposedDraft(node, context);
    case 'resize': {
      const from = shape.slice(1, 3);
      const to = context.shapes.get(name)?.slice(1, 3) ?? [];
      const known = from.map((dim, i) => (to[i] ?? Number.NaN) / (dim ?? Number.NaN));
      const factor = node.attrs.size.map((dim, i) => (dim === null ? node.attrs.factor?.[i] : known[i]));
      if (node.attrs.alignCorners || node.attrs.halfPixelCenters || !factor.every(Number.isInteger))
        throw refusal(node, 'enlargement by whole factors from the top left corner');
      return one('UpSampling2D', { size: factor, interpolation: node.attrs.method });
    }
    case 'slice':
      return one('Cropping2D', { cropping: croppingOf(node, shape) });
    case 'transpose':
      if (node.attrs.perm[0] !== 0) throw refusal(node, 'the batch on the first axis');
      return one('Permute', { dims: node.attrs.perm.slice(1) });
    case 'reshape':
    case 'squeeze':
    case 'expandDims': {
      const [batch, ...rest] = context.shapes.get(name) ?? [];
      const [, ...given] = shape;
      const product = (dims: readonly (number | null)[]): number =>
        dims.reduce<number>((all, dim) => all * (dim ?? Number.NaN), 1);
      if (batch !== shape[0] || product(rest) !== product(given))
        throw refusal(node, 'a known shape behind the batch');
      return one('Reshape', { target_shape: rest });
    }
    case 'concat':
      if (normalAxis(node.attrs.axis, shape.length, name) === 0)
        throw refusal(node, 'another axis than the batch');
      return [
        { kind: 'Concatenate', name, config: { axis: node.attrs.axis }, inputs: node.inputs, weights: {} },
      ];
    default:
      throw refusal(node, 'an operation that a standard layer does');
  }
}

function convDrafts(node: ConvNode, context: LayerContext): LayerDraft[] {
  const { strides, dilations, pad, activation, alpha } = node.attrs;
  if (strides.some((s) => s > 1) && dilations.some((d) => d > 1))
    throw refusal(node, 'strides or dilations, not both');
  if (node.op === 'depthwiseConv2d' && dilations.some((d) => d > 1))
    throw refusal(node, 'no dilation, which tfjs-layers leaves out of this layer');
  const kernel = weight(node, 1, context);
  const bias = node.inputs[2] === undefined ? undefined : weight(node, 2, context);
  const shared = {
    kernel_size: kernel.shape.slice(0, 2),
    strides: [...strides],
    dilation_rate: [...dilations],
    padding: typeof pad === 'string' ? pad : 'valid',
    data_format: 'channels_last',
    use_bias: bias !== undefined,
  };
  const own = node.op === 'conv2d' ? { filters: kernel.shape[3] } : { depth_multiplier: kernel.shape[3] };
  const kernelName = node.op === 'conv2d' ? 'kernel' : 'depthwise_kernel';
  const drafts = withActivation(node, activation, alpha, (fn) => ({
    kind: node.op === 'conv2d' ? 'Conv2D' : 'DepthwiseConv2D',
    config: { ...shared, ...own, activation: fn },
    weights: { [kernelName]: kernel, ...(bias === undefined ? {} : { bias }) },
  }));
  if (typeof pad === 'string') return drafts;
  const frame = `${node.name}/frame`;
  const padding = { padding: pad.map((each) => [...each]) };
  const [first, ...others] = drafts as [LayerDraft, ...LayerDraft[]];
  return [
    { kind: 'ZeroPadding2D', name: frame, config: padding, inputs: [node.inputs[0] as string], weights: {} },
    { ...first, inputs: [frame] },
    ...others,
  ];
}

/** A layer with its activation inside, or behind it where Keras has it as a layer only. */
function withActivation(
  node: GraphNode,
  activation: FusedActivation,
  alpha: number,
  layer: (activation: string) => Pick<LayerDraft, 'kind' | 'config' | 'weights'>,
): LayerDraft[] {
  const inputs = [node.inputs[0] as string];
  if (activation !== 'leakyRelu')
    return [{ ...layer(activation === 'none' ? 'linear' : activation), name: node.name, inputs }];
  const linear = `${node.name}/linear`;
  return [
    { ...layer('linear'), name: linear, inputs },
    { kind: 'LeakyReLU', name: node.name, config: { alpha }, inputs: [linear], weights: {} },
  ];
}

/** A layer whose kernel chooses channels: exact, since it adds zeros to one value. */
function selecting(node: GraphNode, kernel: HostTensor, bias: HostTensor | undefined): LayerDraft[] {
  const spatial = kernel.shape.length === 4;
  const size = kernel.shape.at(-1);
  const config = { use_bias: bias !== undefined, activation: 'linear' };
  const window = { kernel_size: [1, 1], strides: [1, 1], padding: 'valid', data_format: 'channels_last' };
  return [
    {
      kind: spatial ? 'Conv2D' : 'Dense',
      name: node.name,
      config: spatial ? { ...config, ...window, filters: size } : { ...config, units: size },
      inputs: [node.inputs[0] as string],
      weights: { kernel, ...(bias === undefined ? {} : { bias }) },
    },
  ];
}

function unaryDraft(node: GraphNode<'unary'>): LayerDraft[] {
  const { fn, alpha } = node.attrs;
  const shared = { name: node.name, inputs: node.inputs, weights: {} };
  if (fn === 'identity') return [{ kind: 'Activation', config: { activation: 'linear' }, ...shared }];
  if (fn === 'leakyRelu') return [{ kind: 'LeakyReLU', config: { alpha }, ...shared }];
  if (!activations.has(fn)) throw refusal(node, 'an activation that Keras has');
  return [{ kind: 'Activation', config: { activation: fn }, ...shared }];
}

const merges = { add: 'Add', mul: 'Multiply', maximum: 'Maximum', minimum: 'Minimum' } as const;

function binaryDraft(node: GraphNode<'binary'>, context: LayerContext): LayerDraft[] {
  const { shapes, nodes } = context;
  const { fn } = node.attrs;
  const constants = node.inputs.map((name) => constantTensor(nodes, name));
  if (constants.some((tensor) => tensor !== undefined)) return constantDraft(node, constants, context);
  const ranks = node.inputs.map((name) => shapes.get(name)?.length);
  const computed = node.inputs.every((name) => nodes.get(name)?.op !== 'const');
  if (!(fn in merges) || !computed || ranks[0] !== ranks[1])
    throw refusal(node, 'a sum, product, maximum or minimum of two computed values');
  const kind = merges[fn as keyof typeof merges];
  return [{ kind, name: node.name, config: {}, inputs: node.inputs, weights: {} }];
}

function transposedDraft(node: GraphNode<'convTranspose2d'>, context: LayerContext): LayerDraft[] {
  const { strides, pad } = node.attrs;
  const kernel = weight(node, 1, context);
  const from = context.shapes.get(node.inputs[0] as string)?.slice(1, 3) ?? [];
  const to = context.shapes.get(node.name)?.slice(1, 3) ?? [];
  const fits = [0, 1].every((axis) => {
    const stride = strides[axis] as number;
    const beyond = pad === 'same' ? 0 : Math.max((kernel.shape[axis] as number) - stride, 0);
    const dim = from[axis] ?? null;
    return dim === null ? node.attrs.size[axis] === null : to[axis] === dim * stride + beyond;
  });
  if (!fits) throw refusal(node, 'the size that Keras gives a transposed convolution');
  return [
    {
      kind: 'Conv2DTranspose',
      name: node.name,
      config: {
        filters: kernel.shape[2],
        kernel_size: kernel.shape.slice(0, 2),
        strides: [...strides],
        padding: pad,
        data_format: 'channels_last',
        use_bias: false,
        activation: 'linear',
      },
      inputs: [node.inputs[0] as string],
      weights: { kernel },
    },
  ];
}

/** `[[top, bottom], [left, right]]` that a slice leaves out of an image. */
function croppingOf(node: GraphNode<'slice'>, shape: Shape): number[][] {
  const { begin, size } = node.attrs;
  const whole = (axis: number): boolean =>
    begin[axis] === 0 && (size[axis] === -1 || size[axis] === shape[axis]);
  if (shape.length !== 4 || !whole(0) || !whole(3)) throw refusal(node, 'a crop of height and width');
  return [1, 2].map((axis) => {
    const [from, count] = [begin[axis] as number, size[axis] as number];
    if (count === -1) return [from, 0];
    const dim = shape[axis] ?? null;
    if (dim === null) throw refusal(node, 'a crop of a known height and width');
    return [from, dim - from - count];
  });
}

function globalPool(node: GraphNode<'mean' | 'reduce'>, shape: Shape): LayerDraft[] {
  const axes = node.attrs.axes.map((axis) => normalAxis(axis, shape.length, node.name));
  const global = shape.length === 4 && axes.length === 2 && axes.includes(1) && axes.includes(2);
  if (!global || (node.op === 'reduce' && node.attrs.fn !== 'max'))
    throw refusal(node, 'a mean or maximum over height and width');
  const kind = node.op === 'mean' ? 'GlobalAveragePooling2D' : 'GlobalMaxPooling2D';
  const config = { data_format: 'channels_last' };
  const inputs = [node.inputs[0] as string];
  if (!node.attrs.keepDims) return [{ kind, name: node.name, config, inputs, weights: {} }];
  const pooled = `${node.name}/pooled`;
  const target = { target_shape: [1, 1, shape[3] ?? -1] };
  return [
    { kind, name: pooled, config, inputs, weights: {} },
    { kind: 'Reshape', name: node.name, config: target, inputs: [pooled], weights: {} },
  ];
}

function weight(node: GraphNode, at: number, { nodes }: LayerContext): HostTensor {
  const tensor = constantTensor(nodes, node.inputs[at]);
  if (tensor === undefined) throw refusal(node, 'weights that are constants');
  return tensor;
}
