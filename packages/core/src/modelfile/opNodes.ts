// Knows each TensorFlow op that graphs here can hold: the node it becomes.
import { AsfpError } from '../errors.ts';
import type { FusedActivation, GraphNode, OpAttrs, OpKind, Padding, Pair } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import { type HostTensor, normalAxis } from '../tensor/hostTensor.ts';
import { plainOps } from './plainOps.ts';
import { selecting } from './scatterSpelling.ts';
import { isKnown, type ReadSoFar, type StaticSize } from './staticInts.ts';
import { strided } from './stridedBlock.ts';
import { AttrReader, type NodeDef } from './tfNodeDefs.ts';

interface Read {
  readonly def: NodeDef;
  readonly inputs: readonly string[];
  readonly attrs: AttrReader;
  readonly known: ReadSoFar;
}

/** Thrown and caught here: the node is left as it stands, opaque. */
class NotUnderstood extends Error {}

/** What decides while the model runs which nodes run, or keeps state: cutting around it would be a guess. */
const refused =
  /^(Switch|Merge|Enter|Exit|NextIteration|LoopCond|While|StatelessWhile|If|StatelessIf|Case|PartitionedCall|StatefulPartitionedCall|TensorList.*|TensorArray.*|HashTable.*|LookupTable.*|InitializeTable.*)$/;

/**
 * The nodes of one TensorFlow node; an op, or a form of it, that is not understood becomes an opaque node. Further
 * results of a split are named `name/part1` and so on. Throws, naming the node, for control flow, tables and channels first.
 */
export function opNodes(def: NodeDef, inputs: readonly string[], known: ReadSoFar): GraphNode[] {
  const read: Read = { def, inputs, attrs: new AttrReader(def), known };
  if (refused.test(def.op)) throw misfit(read, 'a graph without control flow and tables', def.op);
  try {
    const unary = own(plainOps.unary, def.op);
    if (unary !== undefined) {
      const alpha = unary === 'leakyRelu' ? read.attrs.float('alpha', 0.2) : 0;
      return [node(read, 'unary', inputs.slice(0, 1), { fn: unary, alpha })];
    }
    const binary = own(plainOps.binary, def.op);
    if (binary !== undefined) return [node(read, 'binary', inputs, { fn: binary })];
    const rule = own(rules, def.op);
    if (rule !== undefined) return [rule(read)].flat();
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
  }
  return [opaqueNode(def, inputs)];
}

/** A node as it stands in the file. */
export function opaqueNode(def: NodeDef, inputs: readonly string[]): GraphNode {
  return { name: def.name, op: 'opaque', inputs, attrs: { kind: def.op, attr: def.attr ?? {} } };
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

const rules: Readonly<Record<string, (read: Read) => GraphNode | GraphNode[]>> = {
  Const: (read) => node(read, 'const', [], { tensor: constantOf(read, read.def.name) }),
  Conv2D: (read) => convolution(read, 'conv2d'),
  _FusedConv2D: (read) => convolution(read, 'conv2d'),
  DepthwiseConv2dNative: (read) => convolution(read, 'depthwiseConv2d'),
  FusedDepthwiseConv2dNative: (read) => convolution(read, 'depthwiseConv2d'),
  Conv2DBackpropInput: transposed,
  MatMul: (read) => product(read),
  _FusedMatMul: (read) => product(read),
  FusedBatchNormV3: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNorm: batchNorm,
  Softmax: (read) => node(read, 'softmax', read.inputs, {}),
  AddN: (read) => {
    let left = read.inputs[0] ?? '';
    if (read.inputs.length < 2) throw new NotUnderstood();
    return read.inputs.slice(1).map((right, i): GraphNode => {
      const name = i === read.inputs.length - 2 ? read.def.name : `${read.def.name}/sum${i + 1}`;
      const sum: GraphNode = { name, op: 'binary', inputs: [left, right], attrs: { fn: 'add' } };
      left = name;
      return sum;
    });
  },
  ClipByValue: (read) => {
    const [x = '', low = '', high = ''] = read.inputs;
    const name = `${read.def.name}/low`;
    return [
      { name, op: 'binary', inputs: [x, low], attrs: { fn: 'maximum' } },
      node(read, 'binary', [name, high], { fn: 'minimum' }),
    ];
  },
  MaxPool: (read) => pool(read, 'maxPool'),
  AvgPool: (read) => pool(read, 'avgPool'),
  Mean: (read) =>
    node(read, 'mean', read.inputs.slice(0, 1), {
      axes: numbers(read, 1),
      keepDims: read.attrs.bool('keep_dims', false),
    }),
  Max: (read) => reduction(read, 'max'),
  Min: (read) => reduction(read, 'min'),
  Sum: (read) => reduction(read, 'sum'),
  Pad: (read) => padding(read, 0),
  PadV2: (read) => padding(read, constantNumbers(read, 2)[0] ?? 0),
  MirrorPad: (read) =>
    node(read, 'mirrorPad', read.inputs.slice(0, 1), {
      paddings: pairs(numbers(read, 1)),
      mode: read.attrs.string('mode', 'REFLECT') === 'SYMMETRIC' ? 'symmetric' : 'reflect',
    }),
  ResizeBilinear: (read) => resizing(read, 'bilinear'),
  ResizeNearestNeighbor: (read) => resizing(read, 'nearest'),
  DepthToSpace: (read) => {
    checkLayout(read);
    return node(read, 'depthToSpace', read.inputs, { blockSize: read.attrs.int('block_size', 1) });
  },
  Transpose: (read) => node(read, 'transpose', read.inputs.slice(0, 1), { perm: numbers(read, 1) }),
  Reshape: (read) => node(read, 'reshape', read.inputs.slice(0, 1), { shape: target(read) }),
  ExpandDims: (read) => node(read, 'expandDims', read.inputs.slice(0, 1), { axis: numbers(read, 1)[0] ?? 0 }),
  Squeeze: (read) => {
    const given = read.attrs.ints('squeeze_dims', read.attrs.ints('axis', []));
    if (given.length > 0) return node(read, 'squeeze', read.inputs, { axes: given });
    const shape = shapeOfInput(read);
    if (shape.includes(null)) throw new NotUnderstood();
    const ones = [...shape.keys()].filter((axis) => shape[axis] === 1);
    return node(read, 'squeeze', read.inputs, { axes: ones });
  },
  Slice: (read) =>
    node(read, 'slice', read.inputs.slice(0, 1), { begin: numbers(read, 1), size: numbers(read, 2) }),
  StridedSlice: (read) => {
    const masks = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'];
    const [begin, end, ellipsis, fresh, shrink] = masks.map((mask) => read.attrs.int(mask, 0));
    if (ellipsis !== 0 || fresh !== 0) throw new NotUnderstood();
    const block = strided(
      shapeOfInput(read),
      { begin: numbers(read, 1), end: numbers(read, 2), strides: numbers(read, 3) },
      { begin: begin ?? 0, end: end ?? 0, shrink: shrink ?? 0 },
    );
    if (block === undefined) throw new NotUnderstood();
    const x = read.inputs.slice(0, 1);
    if (block.shrunk.length === 0) return node(read, 'slice', x, block.slice);
    const name = `${read.def.name}/block`;
    return [
      { name, op: 'slice', inputs: x, attrs: block.slice },
      node(read, 'squeeze', [name], { axes: block.shrunk }),
    ];
  },
  Split: (read) => {
    const shape = shapeOfInput(read, 1);
    const axis = normalAxis(numbers(read, 0)[0] ?? 0, shape.length, read.def.name);
    const count = read.attrs.int('num_split', 1);
    const size = shape[axis] ?? null;
    if (size === null) throw new NotUnderstood();
    return parts(read, read.inputs[1] ?? '', shape, axis, new Array<number>(count).fill(size / count));
  },
  SplitV: (read) => {
    const shape = shapeOfInput(read);
    const sizes = numbers(read, 1);
    if (sizes.includes(-1)) throw new NotUnderstood();
    const axis = normalAxis(numbers(read, 2)[0] ?? 0, shape.length, read.def.name);
    return parts(read, read.inputs[0] ?? '', shape, axis, sizes);
  },
  ConcatV2: (read) => {
    const last = read.inputs.length - 1;
    return node(read, 'concat', read.inputs.slice(0, last), { axis: numbers(read, last)[0] ?? -1 });
  },
  GatherV2: (read) => {
    if (read.attrs.int('batch_dims', 0) !== 0) throw new NotUnderstood();
    if (read.known.constants.get(read.inputs[1] ?? '')?.shape.length !== 1) throw new NotUnderstood();
    return node(read, 'gather', read.inputs.slice(0, 2), { axis: numbers(read, 2)[0] ?? 0 });
  },
};

function reduction(read: Read, fn: OpAttrs['reduce']['fn']): GraphNode {
  const keepDims = read.attrs.bool('keep_dims', false);
  return node(read, 'reduce', read.inputs.slice(0, 1), { fn, axes: numbers(read, 1), keepDims });
}

function resizing(read: Read, method: OpAttrs['resize']['method']): GraphNode {
  const x = read.inputs[0] ?? '';
  const axes = [0, 1].map((i): { readonly size: number | null; readonly factor: number } => {
    const wanted = read.known.ints.get(read.inputs[1] ?? '')?.[i];
    if (isKnown(wanted)) return { size: wanted, factor: 1 };
    const own = typeof wanted === 'object' && wanted.of === x && wanted.axis === i + 1 && wanted.plus === 0;
    if (!own || !Number.isInteger(wanted.factor)) throw new NotUnderstood();
    return { size: null, factor: wanted.factor };
  });
  return node(read, 'resize', [x], {
    method,
    size: [axes[0]?.size ?? null, axes[1]?.size ?? null],
    ...(axes.every(({ size }) => size !== null)
      ? {}
      : { factor: [axes[0]?.factor ?? 1, axes[1]?.factor ?? 1] as const }),
    alignCorners: read.attrs.bool('align_corners', false),
    halfPixelCenters: read.attrs.bool('half_pixel_centers', false),
  });
}

function transposed(read: Read): GraphNode {
  checkLayout(read);
  const pad = read.attrs.string('padding', 'VALID');
  const [, height, width] = read.known.ints.get(read.inputs[0] ?? '') ?? [];
  const dilated = read.attrs.ints('dilations', [1]).some((dilation) => dilation !== 1);
  if ((pad !== 'SAME' && pad !== 'VALID') || dilated) throw new NotUnderstood();
  const kernel = read.known.constants.get(read.inputs[1] ?? '');
  if (kernel === undefined) throw new NotUnderstood();
  const [, sh = 1, sw = 1] = read.attrs.ints('strides', [1, 1, 1, 1]);
  const along = (size: StaticSize | undefined, axis: 1 | 2, stride: number): number | null => {
    if (isKnown(size)) return size;
    const beyond = pad === 'SAME' ? 0 : Math.max((kernel.shape[axis - 1] as number) - stride, 0);
    const least = typeof size === 'object' && size.of === read.inputs[2] && size.axis === axis;
    if (!least || size.factor !== stride || size.plus !== beyond) throw new NotUnderstood();
    return null;
  };
  return node(read, 'convTranspose2d', [read.inputs[2] ?? '', read.inputs[1] ?? ''], {
    strides: [sh, sw],
    pad: pad === 'SAME' ? 'same' : 'valid',
    size: [along(height, 1, sh), along(width, 2, sw)],
  });
}

/** The results of a split as slices. */
function parts(read: Read, from: string, shape: Shape, axis: number, sizes: readonly number[]): GraphNode[] {
  let at = 0;
  return sizes.map((size, i): GraphNode => {
    const begin = shape.map((_, other) => (other === axis ? at : 0));
    at += size;
    return {
      name: i === 0 ? read.def.name : partName(read.def.name, i),
      op: 'slice',
      inputs: [from],
      attrs: { begin, size: shape.map((_, other) => (other === axis ? size : -1)) },
    };
  });
}

/** The node that holds a further result of a split. */
export function partName(name: string, index: number): string {
  return `${name}/part${index}`;
}

function convolution(read: Read, op: 'conv2d' | 'depthwiseConv2d'): GraphNode[] {
  const { attrs } = read;
  checkLayout(read);
  const [, sh = 1, sw = 1] = attrs.ints('strides', [1, 1, 1, 1]);
  const [, dh = 1, dw = 1] = attrs.ints('dilations', [1, 1, 1, 1]);
  const settings = {
    strides: [sh, sw] as Pair,
    dilations: [dh, dw] as Pair,
    pad: paddingOf(read),
    ...fusion(read),
  };
  const inputs = read.inputs.slice(0, 2 + Math.min(attrs.int('num_args', 0), 1));
  if (op === 'conv2d') {
    const kernel = read.known.constants.get(read.inputs[1] ?? '');
    const bias = inputs.length > 2 ? read.known.constants.get(inputs[2] as string) : undefined;
    // Of a value of unknown shape nobody could say later whether it is an image.
    const image = read.known.shapes.has(inputs[0] as string) ? (inputs[0] as string) : undefined;
    const moved = kernel && image && selecting(read.def.name, image, settings, kernel, bias);
    if (moved) return moved;
  }
  return withSlope(read, node(read, op, inputs, settings));
}

/** A fused PReLU stands behind its layer, as a node of its own. */
function withSlope(read: Read, layer: GraphNode): GraphNode[] {
  const fused = read.attrs.strings('fused_ops');
  if (!fused.includes('Prelu')) return [layer];
  // Without a bias the slopes stand elsewhere, and tfjs leaves them out.
  if (fused[0] !== 'BiasAdd' || fused[1] !== 'Prelu') throw new NotUnderstood();
  const name = `${read.def.name}/linear`;
  return [
    { ...layer, name } as GraphNode,
    node(read, 'binary', [name, read.inputs[3] ?? ''], { fn: 'prelu' }),
  ];
}

function product(read: Read): GraphNode[] {
  const { attrs } = read;
  if (attrs.bool('transpose_a', false) || attrs.bool('transpose_b', false)) throw new NotUnderstood();
  if (read.known.constants.get(read.inputs[1] ?? '')?.shape.length !== 2) throw new NotUnderstood();
  const inputs = read.inputs.slice(0, 2 + Math.min(attrs.int('num_args', 0), 1));
  return withSlope(read, node(read, 'matMul', inputs, fusion(read)));
}

function batchNorm(read: Read): GraphNode {
  checkLayout(read);
  if (read.attrs.bool('is_training', false))
    throw misfit(read, 'batch norm in inference form', 'is_training');
  return node(read, 'batchNorm', read.inputs.slice(0, 5), { epsilon: read.attrs.float('epsilon', 1e-4) });
}

function pool(read: Read, op: 'maxPool' | 'avgPool'): GraphNode {
  checkLayout(read);
  const [, kh = 1, kw = 1] = read.attrs.ints('ksize', [1, 1, 1, 1]);
  const [, sh = 1, sw = 1] = read.attrs.ints('strides', [1, 1, 1, 1]);
  return node(read, op, read.inputs.slice(0, 1), { size: [kh, kw], strides: [sh, sw], pad: paddingOf(read) });
}

function padding(read: Read, value: number): GraphNode {
  return node(read, 'pad', read.inputs.slice(0, 1), { paddings: pairs(numbers(read, 1)), value });
}

function pairs(flat: readonly number[]): (readonly [number, number])[] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [
    flat[2 * i] as number,
    flat[2 * i + 1] as number,
  ]);
}

function fusion(read: Read): { activation: FusedActivation; alpha: number } {
  let activation: FusedActivation = 'none';
  for (const [at, name] of read.attrs.strings('fused_ops').entries()) {
    if ((name === 'BiasAdd' && at === 0) || name === 'Prelu') continue;
    const found = own(plainOps.fused, name);
    if (found === undefined || activation !== 'none')
      throw misfit(read, 'fused ops BiasAdd and one activation', name);
    activation = found;
  }
  return { activation, alpha: activation === 'leakyRelu' ? read.attrs.float('leakyrelu_alpha', 0.2) : 0 };
}

function paddingOf(read: Read): Padding {
  const name = read.attrs.string('padding', 'VALID');
  if (name === 'SAME') return 'same';
  if (name === 'VALID') return 'valid';
  const [, , top = 0, bottom = 0, left = 0, right = 0] = read.attrs.ints('explicit_paddings', []);
  return [
    [top, bottom],
    [left, right],
  ];
}

function checkLayout(read: Read): void {
  const layout = read.attrs.string('data_format', 'NHWC');
  if (layout !== 'NHWC')
    throw misfit(
      read,
      'channels on the last axis (NHWC)',
      layout,
      'Convert the model to channels_last first',
    );
}

/** The integers of an input: of a constant, or of arithmetic whose result is known beforehand. */
function numbers(read: Read, input: number): number[] {
  const name = read.inputs[input] ?? '';
  const known = read.known.ints.get(name);
  if (known === undefined) return constantNumbers(read, input);
  if (!known.every(isKnown)) throw new NotUnderstood();
  return known as number[];
}

function constantNumbers(read: Read, input: number): number[] {
  const tensor = read.known.constants.get(read.inputs[input] ?? '');
  if (tensor === undefined) throw new NotUnderstood();
  return [...tensor.values];
}

/** The target of a reshape; the one size that is open, the batch as a rule, is the one that the values give. */
function target(read: Read): number[] {
  const known = read.known.ints.get(read.inputs[1] ?? '');
  if (known === undefined) return constantNumbers(read, 1);
  const shape = known.map((dim) => (isKnown(dim) ? dim : -1));
  const [batch, ...rest] = read.known.shapes.get(read.inputs[0] ?? '') ?? [];
  // `[batch, -1]` of an input whose batch alone is open: the rest is what one image has.
  if (isBatch(known[0]) && batch === null && rest.every(isKnown) && shape.slice(1).includes(-1)) {
    const fixed = shape.filter((dim) => dim !== -1).reduce((product, dim) => product * dim, 1);
    const open = shape.indexOf(-1, 1);
    shape[open] = (rest as number[]).reduce((product, dim) => product * dim, 1) / fixed;
  }
  if (shape.filter((dim) => dim === -1).length > 1) throw new NotUnderstood();
  return shape;
}

function isBatch(size: StaticSize | undefined): boolean {
  return typeof size === 'object' && size.axis === 0 && size.factor === 1 && size.plus === 0;
}

function shapeOfInput(read: Read, input = 0): Shape {
  const shape = read.known.shapes.get(read.inputs[input] ?? '');
  if (shape === undefined) throw new NotUnderstood();
  return shape;
}

function constantOf(read: Read, name: string): HostTensor {
  const tensor = read.known.constants.get(name);
  if (tensor === undefined) throw misfit(read, 'a constant input', name === '' ? 'none' : name);
  return tensor;
}

function node<K extends OpKind>(read: Read, op: K, inputs: readonly string[], attrs: OpAttrs[K]): GraphNode {
  return { name: read.def.name, op, inputs, attrs } as unknown as GraphNode;
}

function misfit(read: Read, expected: string, found?: string, cure?: string): AsfpError {
  return new AsfpError({
    code: 'op-unsupported',
    where: `node ${read.def.name} (${read.def.op})`,
    expected,
    ...(found === undefined ? {} : { found }),
    ...(cure === undefined ? {} : { cure }),
  });
}
