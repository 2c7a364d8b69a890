// Knows how a graph becomes a program for the kernels: nodes in order, each a few steps, or a refusal by name.
import {
  AsfpError,
  type Dim,
  type Graph,
  type GraphNode,
  type HostTensor,
  inferShapes,
  nodesByName,
  type OpKind,
  readersOf,
} from '@asfp/core';
import { mostNumbers } from '../mostNumbers.ts';
import { type FusedStore, fuseStores } from './fuseStores.ts';
import { floatsOf, type Layout, layoutOf, rowsOf } from './layout.ts';
import { lowerConv2d, lowerConvTranspose, lowerDepthwise, lowerMatMul, readsUnfilled } from './lowerConv.ts';
import { lowerBatchNorm, lowerBinary, lowerSoftmax, lowerUnary } from './lowerElementwise.ts';
import type { Lower, Lowering, ScratchSizes, Value } from './lowering.ts';
import {
  dense,
  lowerConcat,
  lowerDepthToSpace,
  lowerGather,
  lowerMirrorPad,
  lowerPad,
  lowerReshape,
  lowerResize,
  lowerScatter,
  lowerSlice,
  lowerTranspose,
} from './lowerMovement.ts';
import { lowerMean, lowerPool, lowerReduce } from './lowerReduce.ts';
import { shufflesAsGathers } from './shufflesAsGathers.ts';
import { type StepList, startSteps } from './stepList.ts';

/** How each op kind is lowered; one that is missing is refused. */
const LOWER: { readonly [K in OpKind]?: Lower<K> } = {
  conv2d: lowerConv2d,
  depthwiseConv2d: lowerDepthwise,
  convTranspose2d: lowerConvTranspose,
  matMul: lowerMatMul,
  batchNorm: lowerBatchNorm,
  unary: lowerUnary,
  binary: lowerBinary,
  softmax: lowerSoftmax,
  maxPool: lowerPool,
  avgPool: lowerPool,
  mean: lowerMean,
  reduce: lowerReduce,
  resize: lowerResize,
  slice: lowerSlice,
  squeeze: lowerReshape,
  expandDims: lowerReshape,
  depthToSpace: lowerDepthToSpace,
  pad: lowerPad,
  mirrorPad: lowerMirrorPad,
  transpose: lowerTranspose,
  reshape: lowerReshape,
  concat: lowerConcat,
  scatter: lowerScatter,
  gather: lowerGather,
};

/** A program, and where its inputs and results lie, dense. */
export interface LoweredGraph {
  readonly list: StepList;
  /** For each step the node that it comes from. */
  readonly origins: readonly string[];
  readonly inputs: ReadonlyMap<string, Value>;
  readonly outputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly value: Value;
  }[];
}

/**
 * The program of a graph for inputs of these shapes. Throws AsfpError `engine-op`, which names the op and its node, for what
 * the kernels cannot do.
 */
export function lower(
  source: Graph,
  inputShapes: Readonly<Record<string, readonly Dim[]>>,
  sizes: ScratchSizes,
): LoweredGraph {
  const list = startSteps();
  const graph = shufflesAsGathers(source, inferShapes(source, inputShapes));
  const shapes = inferShapes(graph, inputShapes);
  const nodes = nodesByName(graph);
  const readers = readersOf(graph);
  const { stores, heads, absorbed } = fuseStores(graph, shapes);
  const values = new Map<string, Value>();
  const inputs = new Map<string, Value>();
  const origins: string[] = [];
  const since = (name: string): void => {
    while (origins.length < list.steps.length) origins.push(name);
  };
  let current: GraphNode | undefined;

  const layout = (name: string): Layout => {
    const found = layoutOf(shapes.get(name) ?? [null]);
    if (found === undefined) throw refusal(nodes.get(name) ?? current);
    if (floatsOf(found) > mostNumbers) throw tooLarge(name, found);
    return found;
  };
  const at: Lowering = {
    steps: list,
    sizes,
    layout,
    shape(name) {
      layout(name);
      return shapes.get(name) as readonly number[];
    },
    value(name) {
      const known = values.get(name);
      if (known) return known;
      const node = nodes.get(name);
      if (node?.op !== 'const' || node.attrs.tensor.dtype !== 'float32') throw refusal(current);
      const value = { layout: layout(name), place: list.constant(padded(node.attrs.tensor, layout(name))) };
      values.set(name, value);
      return value;
    },
    constant(node, name) {
      const from = nodes.get(name ?? '');
      if (from?.op !== 'const') throw refusal(node);
      return from.attrs.tensor;
    },
  };

  for (const node of graph.nodes) {
    if (node.op === 'const' || absorbed.has(node.name)) continue;
    current = node;
    if (node.op === 'input') {
      if (node.attrs.dtype !== 'float32') throw refusal(node);
      const { given, value } = lowerInput(at, node, readers.get(node.name) ?? []);
      inputs.set(node.name, given);
      values.set(node.name, value);
      since(node.name);
      continue;
    }
    const head = heads.get(node.name) ?? node;
    const one = LOWER[head.op] as
      | ((node: GraphNode, at: Lowering, store: FusedStore | undefined) => Value | undefined)
      | undefined;
    const value = one?.(head, at, stores.get(head.name));
    if (value === undefined) throw refusal(head);
    values.set(node.name, value);
    since(head.name);
  }
  const outputs = graph.outputs.map(({ name, from }) => {
    const value = dense(at, at.value(from));
    list.keep(value.place, 'toEnd');
    since(from);
    return { name, shape: at.shape(from), value };
  });
  return { list, origins, inputs, outputs };
}

/** The given, dense input, and the value that nodes read: filled up, unless only products of patches read it. */
function lowerInput(
  at: Lowering,
  node: GraphNode<'input'>,
  readers: readonly GraphNode[],
): { given: Value; value: Value } {
  const full = at.layout(node.name);
  const bare: Layout = { dims: full.dims, stride: full.dims[3] };
  // The last run of a patch is read in whole vectors: zeros behind the image.
  const given = { layout: bare, place: at.steps.value(floatsOf(bare) + 16) };
  at.steps.keep(given.place, 'fromStart');
  const end = { buffer: given.place.buffer, bytes: floatsOf(bare) * 4 };
  at.steps.add('fill', { y: end, floats: 16, value: 0 });
  if (bare.stride === full.stride || readers.every((reader) => readsUnfilled(reader, node.name, at)))
    return { given, value: given };
  const place = at.steps.value(floatsOf(full));
  at.steps.add('copy', {
    ...{ x: given.place, y: place, n0: 1, n1: 1, n2: rowsOf(full), floats: bare.stride },
    ...{ x0: 0, x1: 0, x2: bare.stride, y0: 0, y1: 0, y2: full.stride },
  });
  at.steps.add('clearPads', { y: place, rows: rowsOf(full), channels: bare.stride, stride: full.stride });
  return { given, value: { layout: full, place } };
}

function padded(tensor: HostTensor, { dims, stride }: Layout): Float32Array {
  const rows = dims[0] * dims[1] * dims[2];
  const out = new Float32Array(rows * stride);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < dims[3]; c++) out[row * stride + c] = tensor.values[row * dims[3] + c] as number;
  }
  return out;
}

function tooLarge(name: string, { dims }: Layout): AsfpError {
  return new AsfpError({
    code: 'engine-memory',
    where: name,
    expected: `at most ${mostNumbers} numbers in a value`,
    found: `[${dims.join(', ')}]`,
    cure: 'Run fewer or smaller pictures at a time',
  });
}

function refusal(node: GraphNode | undefined): AsfpError {
  return new AsfpError({
    code: 'engine-op',
    where: node?.name ?? 'the graph',
    expected: 'an op that the compiled engine has',
    found: node === undefined ? 'nothing' : describe(node),
    cure: "Open the model with engine 'auto' or 'tfjs-wasm'",
  });
}

function describe(node: GraphNode): string {
  if (node.op === 'unary' || node.op === 'binary' || node.op === 'reduce')
    return `${node.op} ${node.attrs.fn}`;
  return node.op === 'opaque' ? node.attrs.kind : node.op;
}
