// Knows each TensorFlow op that graphs here can hold: the node it becomes.
import type { GraphNode, OpAttrs } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import { normalAxis } from '../tensor/hostTensor.ts';
import {
  checkLayout,
  constantNumbers,
  constantOf,
  misfit,
  NotUnderstood,
  node,
  numbers,
  type OpRead,
  type OpRule,
  own,
  paddingOf,
  shapeOfInput,
} from './opRead.ts';
import { plainOps } from './plainOps.ts';
import { isKnown, type ReadSoFar, type StaticSize } from './staticInts.ts';
import { strided } from './stridedBlock.ts';
import { AttrReader, type NodeDef } from './tfNodeDefs.ts';
import { weightedOps } from './weightedOps.ts';

/** What decides while the model runs which nodes run, or keeps state: cutting around it would be a guess. */
const refused =
  /^(Switch|Merge|Enter|Exit|NextIteration|LoopCond|While|StatelessWhile|If|StatelessIf|Case|PartitionedCall|StatefulPartitionedCall|EmptyTensorList|TensorList.*|TensorArray.*|HashTable.*|LookupTable.*|InitializeTable.*)$/;

/**
 * The nodes of one TensorFlow node; an op, or a form of it, that is not understood becomes an opaque node. Further
 * results of a split are named `name/part1` and so on. Throws, naming the node, for control flow, tables and channels first.
 */
export function opNodes(def: NodeDef, inputs: readonly string[], known: ReadSoFar): GraphNode[] {
  const read: OpRead = { def, inputs, attrs: new AttrReader(def), known };
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

const rules: Readonly<Record<string, OpRule>> = {
  ...weightedOps,
  Const: (read) => node(read, 'const', [], { tensor: constantOf(read, read.def.name) }),
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
  Concat: (read) => node(read, 'concat', read.inputs.slice(1), { axis: numbers(read, 0)[0] ?? -1 }),
  Gather: (read) => {
    if (read.known.constants.get(read.inputs[1] ?? '')?.shape.length !== 1) throw new NotUnderstood();
    return node(read, 'gather', read.inputs.slice(0, 2), { axis: 0 });
  },
  GatherV2: (read) => {
    if (read.attrs.int('batch_dims', 0) !== 0) throw new NotUnderstood();
    if (read.known.constants.get(read.inputs[1] ?? '')?.shape.length !== 1) throw new NotUnderstood();
    return node(read, 'gather', read.inputs.slice(0, 2), { axis: numbers(read, 2)[0] ?? 0 });
  },
};

function reduction(read: OpRead, fn: OpAttrs['reduce']['fn']): GraphNode {
  const keepDims = read.attrs.bool('keep_dims', false);
  return node(read, 'reduce', read.inputs.slice(0, 1), { fn, axes: numbers(read, 1), keepDims });
}

function resizing(read: OpRead, method: OpAttrs['resize']['method']): GraphNode {
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

/** The results of a split as slices. */
function parts(
  read: OpRead,
  from: string,
  shape: Shape,
  axis: number,
  sizes: readonly number[],
): GraphNode[] {
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

function pool(read: OpRead, op: 'maxPool' | 'avgPool'): GraphNode {
  checkLayout(read);
  const [, kh = 1, kw = 1] = read.attrs.ints('ksize', [1, 1, 1, 1]);
  const [, sh = 1, sw = 1] = read.attrs.ints('strides', [1, 1, 1, 1]);
  return node(read, op, read.inputs.slice(0, 1), { size: [kh, kw], strides: [sh, sw], pad: paddingOf(read) });
}

function padding(read: OpRead, value: number): GraphNode {
  return node(read, 'pad', read.inputs.slice(0, 1), { paddings: pairs(numbers(read, 1)), value });
}

function pairs(flat: readonly number[]): (readonly [number, number])[] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [
    flat[2 * i] as number,
    flat[2 * i + 1] as number,
  ]);
}

/** The target of a reshape; the one size that is open, the batch as a rule, is the one that the values give. */
function target(read: OpRead): number[] {
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
