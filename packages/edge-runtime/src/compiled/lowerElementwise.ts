// Knows how ops of one element become steps, and what broadcasting means in bytes.
import type { BinaryFn, FusedActivation, UnaryFn } from '@asfp/core';
import { binaryCodes, functionCodes } from '@asfp/kernels';
import { normFactors } from './foldNorm.ts';
import { floatsOf, type Layout, rowsOf } from './layout.ts';
import { clearPads, type Lower, newValue, type Value } from './lowering.ts';

const MOVES_ZERO: ReadonlySet<string> = new Set(['sigmoid', 'softplus', 'exp', 'log', 'rsqrt', 'reciprocal']);

/** Whether a function leaves 0 where it is, as the floats beside the channels must stay. */
export function zeroPreserving(fn: UnaryFn | FusedActivation): boolean {
  return !MOVES_ZERO.has(fn);
}

/** A function of each element. */
export const lowerUnary: Lower<'unary'> = (node, at) => {
  const { fn, alpha } = node.attrs;
  const x = at.value(node.inputs[0] as string);
  if (fn === 'identity') return x;
  const y = newValue(at, x.layout);
  const vectors = floatsOf(x.layout) / 4;
  at.steps.add('unary', { x: x.place, y: y.place, vectors, fn: functionCodes[fn], alpha });
  if (!zeroPreserving(fn)) clearPads(at, y);
  return y;
};

/** A function of two tensors with NumPy's broadcasting. */
export const lowerBinary: Lower<'binary'> = (node, at, store) => {
  const { fn } = node.attrs;
  if (!isKnown(fn)) return undefined;
  const [a, b] = node.inputs.map((name) => at.value(name)) as [Value, Value];
  const y = newValue(at, at.layout(store?.end ?? node.name));
  const act = store?.activation === 'relu' || store?.activation === 'relu6' ? store.activation : 'identity';
  const common = {
    ...{ a: a.place, b: b.place, y: y.place, fn: binaryCodes[fn], act: functionCodes[act] },
  };
  const { dims, stride } = y.layout;
  const vectors = stride / 4;
  const [sameA, sameB] = [sameDims(a.layout, y.layout), sameDims(b.layout, y.layout)];
  const flat = { aN: 0, aRow: 0, bN: 0, bRow: 0, aWide: 1, bWide: 1, n: 1, rows: 1 };
  if (sameA && sameB) {
    const all = rowsOf(y.layout) * vectors;
    at.steps.add('binary', { ...common, ...flat, columns: 1, vectors: all, aColumn: 0, bColumn: 0 });
  } else if (sameA && isVector(b.layout, y.layout)) {
    const columns = rowsOf(y.layout);
    at.steps.add('binary', { ...common, ...flat, columns, vectors, aColumn: stride * 4, bColumn: 0 });
  } else {
    const [sa, sb] = [bytesOf(a.layout), bytesOf(b.layout)];
    at.steps.add('binary', {
      ...{ ...common, n: dims[0], rows: dims[1], columns: dims[2], vectors },
      ...{ aN: sa.n, aRow: sa.row, aColumn: sa.column, aWide: wide(a.layout, y.layout) },
      ...{ bN: sb.n, bRow: sb.row, bColumn: sb.column, bWide: wide(b.layout, y.layout) },
    });
  }
  if (fn === 'div' || !wide(a.layout, y.layout) || !wide(b.layout, y.layout)) clearPads(at, y);
  return y;
};

function isKnown(fn: BinaryFn): fn is keyof typeof binaryCodes {
  return Object.hasOwn(binaryCodes, fn);
}

function sameDims(a: Layout, b: Layout): boolean {
  return a.dims.every((dim, axis) => dim === b.dims[axis]);
}

function isVector(a: Layout, y: Layout): boolean {
  return rowsOf(a) === 1 && a.dims[3] === y.dims[3];
}

/** Whether the channels of an operand are its own vectors, not one number for all. */
function wide(a: Layout, y: Layout): 0 | 1 {
  return a.dims[3] === y.dims[3] ? 1 : 0;
}

/** Bytes from one image, row and pixel to the next; 0 where there is only one. */
function bytesOf({ dims, stride }: Layout): { n: number; row: number; column: number } {
  const column = stride * 4;
  return {
    n: dims[0] === 1 ? 0 : dims[1] * dims[2] * column,
    row: dims[1] === 1 ? 0 : dims[2] * column,
    column: dims[2] === 1 ? 0 : column,
  };
}

/** x, then gamma, beta, mean and variance: one factor and one summand a channel. */
export const lowerBatchNorm: Lower<'batchNorm'> = (node, at) => {
  const x = at.value(node.inputs[0] as string);
  const { stride } = x.layout;
  const numbers = normFactors(node, at);
  const scale = new Float32Array(stride);
  const shift = new Float32Array(stride);
  scale.set(numbers.scale);
  shift.set(numbers.shift);
  const y = newValue(at, x.layout);
  at.steps.add('affine', {
    ...{ x: x.place, scale: at.steps.constant(scale), shift: at.steps.constant(shift), y: y.place },
    ...{ pixels: rowsOf(x.layout), vectors: stride / 4 },
  });
  return y;
};

/** Softmax over the channels. */
export const lowerSoftmax: Lower<'softmax'> = (node, at) => {
  const x = at.value(node.inputs[0] as string);
  const y = newValue(at, x.layout);
  const { dims, stride } = x.layout;
  at.steps.add('softmax', { x: x.place, y: y.place, rows: rowsOf(x.layout), channels: dims[3], stride });
  return y;
};
