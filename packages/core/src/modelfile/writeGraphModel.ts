// Knows how a graph is written as a GraphModel that plain tfjs loads.
import { InternalError } from '../errors.ts';
import type { FusedActivation, Graph, GraphNode, Padding } from '../graph/graph.ts';
import { inferShapes } from '../graph/inferShapes.ts';
import type { Shape } from '../graph/ops.ts';
import { type DType, float32Tensor, type HostTensor, int32Tensor } from '../tensor/hostTensor.ts';
import { encodeWeights } from './encodeWeights.ts';
import { opNames } from './opNames.ts';
import { asPadding, gatherKernels, scatterKernel, storeInBytes } from './scatterSpelling.ts';
import { type SizeEntry, sizeDefs } from './sizeDefs.ts';
import { slopedLayers } from './slopedLayers.ts';
import { attr, type NodeDef } from './tfNodeDefs.ts';

/** The files of a written model: the object to be stored as model.json, and the bytes of each weight file. */
export interface WrittenModel {
  readonly json: Readonly<Record<string, unknown>>;
  readonly shards: ReadonlyMap<string, Uint8Array>;
}

/** The file that holds all weights. */
const shardName = 'weights.bin';

/** The window of a 1 × 1 convolution. */
const onePixel = {
  strides: attr.ints([1, 1, 1, 1]),
  dilations: attr.ints([1, 1, 1, 1]),
  data_format: attr.string('NHWC'),
  padding: attr.string('VALID'),
};

/**
 * The graph as a GraphModel; names, order of inputs and outputs, and metadata survive. The same graph gives the same bytes.
 */
export function writeGraphModel(graph: Graph): WrittenModel {
  const shapes = inferShapes(graph);
  const weights = new Map<string, HostTensor>();
  const sloped = slopedLayers(graph);
  const within = new Set([...sloped.values()].map(({ name }) => name));
  const gathers = gatherKernels(graph, shapes);
  const defs = graph.nodes.flatMap((node) => {
    if (gathers.spare.has(node.name)) return [];
    const kernel = gathers.kernels.get(node.name);
    if (kernel !== undefined) return selectingDefs(node, kernel, weights);
    const layer = sloped.get(node.name);
    if (layer !== undefined)
      return nodeDefs({ ...layer, name: node.name } as GraphNode, shapes, weights, node.inputs[1]);
    return within.has(node.name) ? [] : nodeDefs(node, shapes, weights);
  });
  storeInBytes(graph, gathers.kernels, weights);
  const { group, bytes } = encodeWeights(weights, shardName);
  const tensorInfo = (name: string, shape: Shape | undefined, dtype: DType = 'float32'): unknown => ({
    name: name.includes(':') ? name : `${name}:0`,
    dtype: attr.type(dtype).type,
    tensorShape:
      shape === undefined
        ? { unknownRank: true }
        : { dim: shape.map((dim) => ({ size: String(dim ?? -1) })) },
  });
  const inputs = graph.nodes.filter((node) => node.op === 'input');
  const json = {
    format: 'graph-model',
    generatedBy: 'asfp',
    convertedBy: null,
    signature: {
      inputs: Object.fromEntries(
        inputs.map(({ name, attrs }) => [attrs.key ?? name, tensorInfo(name, shapes.get(name), attrs.dtype)]),
      ),
      outputs: Object.fromEntries(
        graph.outputs.map(({ name, from }) => [name, tensorInfo(from, shapes.get(from))]),
      ),
    },
    modelTopology: { node: defs, library: {}, versions: { producer: 1286 } },
    weightsManifest: [group],
    ...(Object.keys(graph.metadata).length === 0 ? {} : { userDefinedMetadata: graph.metadata }),
  };
  return { json, shards: new Map([[shardName, bytes]]) };
}

function nodeDefs(
  node: GraphNode,
  shapes: ReadonlyMap<string, Shape>,
  weights: Map<string, HostTensor>,
  slope?: string,
): NodeDef[] {
  const { name } = node;
  const extra: NodeDef[] = [];
  const constant = (part: string, tensor: HostTensor): string => {
    extra.push(constantDef(`${name}/${part}`, tensor));
    weights.set(`${name}/${part}`, tensor);
    return `${name}/${part}`;
  };
  const ints = (
    part: string,
    values: readonly number[],
    shape: readonly number[] = [values.length],
  ): string => constant(part, int32Tensor(shape, values));
  const def = (
    op: string,
    input: readonly string[],
    more: Readonly<Record<string, unknown>> = {},
  ): NodeDef[] => [
    ...extra,
    { name, op, ...(input.length === 0 ? {} : { input }), attr: { T: attr.type('float32'), ...more } },
  ];
  switch (node.op) {
    case 'input':
      return [
        {
          name,
          op: 'Placeholder',
          attr: { dtype: attr.type(node.attrs.dtype), shape: attr.shape(node.attrs.shape) },
        },
      ];
    case 'const':
      weights.set(name, node.attrs.tensor);
      return [constantDef(name, node.attrs.tensor)];
    case 'conv2d':
    case 'depthwiseConv2d': {
      const { attrs } = node;
      const window = {
        strides: attr.ints([1, ...attrs.strides, 1]),
        dilations: attr.ints([1, ...attrs.dilations, 1]),
        data_format: attr.string('NHWC'),
        ...paddingAttrs(attrs.pad),
      };
      // tfjs knows no slope for a leaky ReLU that is fused into a depthwise convolution: it would answer NaN.
      if (node.op === 'depthwiseConv2d' && attrs.activation === 'leakyRelu') {
        const linear = { ...node, name: `${name}/linear`, attrs: { ...attrs, activation: 'none' } } as const;
        const slope = { T: attr.type('float32'), alpha: attr.float(attrs.alpha) };
        return [
          ...nodeDefs(linear, shapes, weights),
          { name, op: 'LeakyRelu', input: [linear.name], attr: slope },
        ];
      }
      const plain = node.op === 'conv2d' ? 'Conv2D' : 'DepthwiseConv2dNative';
      const fused = node.op === 'conv2d' ? '_FusedConv2D' : 'FusedDepthwiseConv2dNative';
      if (node.inputs.length === 2 && attrs.activation === 'none' && slope === undefined)
        return def(plain, node.inputs, window);
      // tfjs wants a bias wherever something is fused.
      const bias = node.inputs[2] ?? constant('bias', zeros(shapes.get(name)?.at(-1) as number));
      return def(fused, [...node.inputs.slice(0, 2), bias, ...(slope === undefined ? [] : [slope])], {
        ...window,
        ...fusedAttrs(attrs.activation, attrs.alpha, slope !== undefined),
      });
    }
    case 'matMul': {
      const { attrs } = node;
      const sides = { transpose_a: attr.bool(false), transpose_b: attr.bool(false) };
      if ((shapes.get(node.inputs[0] as string)?.length ?? 2) !== 2)
        throw new InternalError(`${name}: matMul of rank 2 only`);
      if (node.inputs.length === 2 && attrs.activation === 'none') return def('MatMul', node.inputs, sides);
      const bias = node.inputs[2] ?? constant('bias', zeros(shapes.get(name)?.at(-1) as number));
      return def('_FusedMatMul', [...node.inputs.slice(0, 2), bias], {
        ...sides,
        ...fusedAttrs(attrs.activation, attrs.alpha),
      });
    }
    case 'scatter': {
      const spatial = shapes.get(name)?.length === 4;
      const around = spatial ? asPadding(node.attrs) : undefined;
      if (around !== undefined) {
        const paddings = ints('paddings', [0, 0, 0, 0, 0, 0, ...around], [4, 2]);
        return def('Pad', [...node.inputs, paddings], { Tpaddings: attr.type('int32') });
      }
      const kernel = constant('kernel', scatterKernel(node.attrs, spatial));
      const filled = node.attrs.fill.some((value) => value !== 0);
      const input = [
        ...node.inputs,
        kernel,
        ...(filled ? [constant('fill', float32Tensor([node.attrs.size], node.attrs.fill))] : []),
      ];
      const more = spatial ? onePixel : { transpose_a: attr.bool(false), transpose_b: attr.bool(false) };
      if (!filled) return def(spatial ? 'Conv2D' : 'MatMul', input, more);
      return def(spatial ? '_FusedConv2D' : '_FusedMatMul', input, { ...more, ...fusedAttrs('none', 0) });
    }
    case 'batchNorm':
      return def('FusedBatchNormV3', node.inputs, {
        U: attr.type('float32'),
        epsilon: attr.float(node.attrs.epsilon),
        is_training: attr.bool(false),
        data_format: attr.string('NHWC'),
      });
    case 'unary':
      return def(
        opNames.unary[node.attrs.fn],
        node.inputs,
        node.attrs.fn === 'leakyRelu' ? { alpha: attr.float(node.attrs.alpha) } : {},
      );
    case 'binary':
      return def(opNames.binary[node.attrs.fn], node.inputs);
    case 'softmax':
      return def('Softmax', node.inputs);
    case 'maxPool':
    case 'avgPool':
      return def(node.op === 'maxPool' ? 'MaxPool' : 'AvgPool', node.inputs, {
        ksize: attr.ints([1, ...node.attrs.size, 1]),
        strides: attr.ints([1, ...node.attrs.strides, 1]),
        data_format: attr.string('NHWC'),
        ...paddingAttrs(node.attrs.pad),
      });
    case 'mean':
    case 'reduce':
      return def(
        node.op === 'mean' ? 'Mean' : opNames.reduce[node.attrs.fn],
        [...node.inputs, ints('axes', node.attrs.axes)],
        {
          keep_dims: attr.bool(node.attrs.keepDims),
          Tidx: attr.type('int32'),
        },
      );
    case 'convTranspose2d': {
      const [x = '', kernel = ''] = node.inputs;
      const size = sizeDefs(name, x, transposedSize(node, shapes), extra, ints);
      return def('Conv2DBackpropInput', [size, kernel, x], {
        strides: attr.ints([1, ...node.attrs.strides, 1]),
        data_format: attr.string('NHWC'),
        ...paddingAttrs(node.attrs.pad),
      });
    }
    case 'resize': {
      const { method, size, factor = [1, 1] } = node.attrs;
      const entries = size.map(
        (dim, i): SizeEntry => dim ?? { axis: i + 1, factor: factor[i] as number, plus: 0 },
      );
      const x = node.inputs[0] as string;
      return def(
        method === 'bilinear' ? 'ResizeBilinear' : 'ResizeNearestNeighbor',
        [x, sizeDefs(name, x, entries, extra, ints)],
        {
          align_corners: attr.bool(node.attrs.alignCorners),
          half_pixel_centers: attr.bool(node.attrs.halfPixelCenters),
        },
      );
    }
    case 'slice':
      return def('Slice', [...node.inputs, ints('begin', node.attrs.begin), ints('size', node.attrs.size)], {
        Index: attr.type('int32'),
      });
    case 'squeeze':
      return def('Squeeze', node.inputs, { squeeze_dims: attr.ints(node.attrs.axes) });
    case 'expandDims':
      return def('ExpandDims', [...node.inputs, ints('axis', [node.attrs.axis], [])], {
        Tdim: attr.type('int32'),
      });
    case 'depthToSpace':
      return def('DepthToSpace', node.inputs, {
        block_size: attr.int(node.attrs.blockSize),
        data_format: attr.string('NHWC'),
      });
    case 'mirrorPad':
      return def(
        'MirrorPad',
        [...node.inputs, ints('paddings', node.attrs.paddings.flat(), [node.attrs.paddings.length, 2])],
        { mode: attr.string(node.attrs.mode.toUpperCase()), Tpaddings: attr.type('int32') },
      );
    case 'opaque':
      return [
        {
          name,
          op: node.attrs.kind,
          ...(node.inputs.length === 0 ? {} : { input: node.inputs }),
          attr: node.attrs.attr,
        },
      ];
    case 'part':
      return [];
    case 'pad': {
      const paddings = ints('paddings', node.attrs.paddings.flat(), [node.attrs.paddings.length, 2]);
      if (node.attrs.value === 0)
        return def('Pad', [...node.inputs, paddings], { Tpaddings: attr.type('int32') });
      return def(
        'PadV2',
        [...node.inputs, paddings, constant('value', float32Tensor([], [node.attrs.value]))],
        { Tpaddings: attr.type('int32') },
      );
    }
    case 'transpose':
      return def('Transpose', [...node.inputs, ints('perm', node.attrs.perm)], { Tperm: attr.type('int32') });
    case 'reshape':
      return def('Reshape', [...node.inputs, ints('shape', node.attrs.shape)], {
        Tshape: attr.type('int32'),
      });
    case 'concat':
      return def('ConcatV2', [...node.inputs, ints('axis', [node.attrs.axis], [])], {
        N: attr.int(node.inputs.length),
        Tidx: attr.type('int32'),
      });
    case 'gather':
      return def('GatherV2', [...node.inputs, ints('axis', [node.attrs.axis], [])], {
        batch_dims: attr.int(0),
        Tparams: attr.type('float32'),
        Tindices: attr.type('int32'),
        Taxis: attr.type('int32'),
      });
  }
}

/** A gather of the channels of an image as a convolution. */
function selectingDefs(node: GraphNode, kernel: HostTensor, weights: Map<string, HostTensor>): NodeDef[] {
  const name = `${node.name}/kernel`;
  weights.set(name, kernel);
  const more = { T: attr.type('float32'), ...onePixel };
  return [
    constantDef(name, kernel),
    { name: node.name, op: 'Conv2D', input: [node.inputs[0] as string, name], attr: more },
  ];
}

/** The size `[n, h, w, c]` of a transposed convolution's result; what is open is taken from x when the model runs. */
function transposedSize(node: GraphNode<'convTranspose2d'>, shapes: ReadonlyMap<string, Shape>): SizeEntry[] {
  const [kh = 0, kw = 0] = shapes.get(node.inputs[1] as string) ?? [];
  const window = [kh ?? 0, kw ?? 0];
  return (shapes.get(node.name) ?? []).map((dim, axis): SizeEntry => {
    if (dim !== null) return dim;
    if (axis === 0) return { axis, factor: 1, plus: 0 };
    const stride = node.attrs.strides[axis - 1] as number;
    const beyond = node.attrs.pad === 'same' ? 0 : Math.max((window[axis - 1] as number) - stride, 0);
    return { axis, factor: stride, plus: beyond };
  });
}

function constantDef(name: string, tensor: HostTensor): NodeDef {
  return {
    name,
    op: 'Const',
    attr: {
      dtype: attr.type(tensor.dtype),
      value: {
        tensor: {
          dtype: (attr.type(tensor.dtype) as { type: string }).type,
          tensorShape: { dim: tensor.shape.map((dim) => ({ size: String(dim) })) },
        },
      },
    },
  };
}

function paddingAttrs(pad: Padding): Readonly<Record<string, unknown>> {
  if (pad === 'same' || pad === 'valid') return { padding: attr.string(pad.toUpperCase()) };
  return {
    padding: attr.string('EXPLICIT'),
    explicit_paddings: attr.ints([0, 0, ...pad[0], ...pad[1], 0, 0]),
  };
}

function fusedAttrs(
  activation: FusedActivation,
  alpha: number,
  sloped = false,
): Readonly<Record<string, unknown>> {
  const second = sloped ? ['Prelu'] : activation === 'none' ? [] : [opNames.fused[activation]];
  return {
    fused_ops: attr.strings(['BiasAdd', ...second]),
    num_args: attr.int(sloped ? 2 : 1),
    epsilon: attr.float(0),
    ...(activation === 'leakyRelu' ? { leakyrelu_alpha: attr.float(alpha) } : {}),
  };
}

function zeros(size: number): HostTensor {
  return float32Tensor([size], new Float32Array(size));
}
