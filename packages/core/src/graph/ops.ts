// Knows the facts of every op kind: how many inputs it takes and the shape of its result. The one table of op kinds.
import { AsfpError } from '../errors.ts';
import { normalAxis } from '../tensor/hostTensor.ts';
import type { Dim, GraphNode, OpKind } from './graph.ts';
import { leastTransposed, windowAxis, windowOutput } from './window.ts';

/** A shape, null where a size is only known at run time. */
export type Shape = readonly Dim[];

/** The facts of one op kind. */
export interface OpFacts<K extends OpKind> {
  /** Fewest and most inputs. */
  readonly arity: readonly [number, number];
  /** The result's shape from the inputs' shapes; throws where they do not fit. */
  readonly shape: (node: GraphNode<K>, inputs: readonly Shape[]) => Shape;
}

/** One row an op kind; a missing row does not compile. */
export const ops: { readonly [K in OpKind]: OpFacts<K> } = {
  input: { arity: [0, 0], shape: (node) => node.attrs.shape },
  const: { arity: [0, 0], shape: (node) => node.attrs.tensor.shape },
  conv2d: {
    arity: [2, 3],
    shape: (node, [x, kernel, bias]) => {
      const [n, h, w, c] = rank(node.name, x, 4);
      const [kh, kw, ic, oc] = known(node.name, rank(node.name, kernel, 4));
      same(node.name, 'input channels', ic, c);
      if (bias !== undefined) same(node.name, 'bias values', oc, rank(node.name, bias, 1)[0]);
      const { strides, dilations, pad } = node.attrs;
      return [n, ...windowOutput([h, w], [kh, kw], strides, dilations, pad, node.name), oc];
    },
  },
  depthwiseConv2d: {
    arity: [2, 3],
    shape: (node, [x, kernel, bias]) => {
      const [n, h, w, c] = rank(node.name, x, 4);
      const [kh, kw, ic, multiplier] = known(node.name, rank(node.name, kernel, 4));
      same(node.name, 'input channels', ic, c);
      if (bias !== undefined) same(node.name, 'bias values', ic * multiplier, rank(node.name, bias, 1)[0]);
      const { strides, dilations, pad } = node.attrs;
      return [n, ...windowOutput([h, w], [kh, kw], strides, dilations, pad, node.name), ic * multiplier];
    },
  },
  matMul: {
    arity: [2, 3],
    shape: (node, [x, kernel, bias]) => {
      const [ic, oc] = known(node.name, rank(node.name, kernel, 2));
      const batch = x?.slice(0, -1) ?? [];
      same(node.name, 'input features', ic, x?.at(-1));
      if (bias !== undefined) same(node.name, 'bias values', oc, rank(node.name, bias, 1)[0]);
      return [...batch, oc];
    },
  },
  batchNorm: {
    arity: [5, 5],
    shape: (node, [x, ...vectors]) => {
      for (const vector of vectors) {
        same(node.name, 'batch-norm values', rank(node.name, vector, 1)[0] ?? 0, x?.at(-1));
      }
      return x ?? [];
    },
  },
  unary: { arity: [1, 1], shape: (_, [x]) => x ?? [] },
  binary: { arity: [2, 2], shape: (node, [a, b]) => broadcast(node.name, a ?? [], b ?? []) },
  softmax: { arity: [1, 1], shape: (_, [x]) => x ?? [] },
  maxPool: { arity: [1, 1], shape: pooled },
  avgPool: { arity: [1, 1], shape: pooled },
  mean: { arity: [1, 1], shape: reduced },
  reduce: { arity: [1, 1], shape: reduced },
  convTranspose2d: {
    arity: [2, 2],
    shape: (node, [x, kernel]) => {
      const [n, h, w, c] = rank(node.name, x, 4);
      const [kh, kw, oc, ic] = known(node.name, rank(node.name, kernel, 4));
      same(node.name, 'input channels', ic, c);
      const { strides, pad, size } = node.attrs;
      const along = (from: Dim, window: number, axis: 0 | 1): Dim => {
        const to = size[axis];
        if (to === null) return from === null ? null : leastTransposed(from, window, strides[axis], pad);
        const back = windowAxis(to, window, strides[axis], 1, pad, axis).out;
        if (from !== null) same(node.name, axis === 0 ? 'rows' : 'columns', back, from);
        return to;
      };
      return [n, along(h, kh, 0), along(w, kw, 1), oc];
    },
  },
  resize: {
    arity: [1, 1],
    shape: (node, [x]) => {
      const [n, h, w, c] = rank(node.name, x, 4);
      const { size, factor = [1, 1] } = node.attrs;
      const times = (dim: Dim, by: number): Dim => (dim === null ? null : dim * by);
      return [n, size[0] ?? times(h, factor[0]), size[1] ?? times(w, factor[1]), c];
    },
  },
  slice: {
    arity: [1, 1],
    shape: (node, [x]) => {
      const { begin, size } = node.attrs;
      same(node.name, 'sliced axes', x?.length ?? 0, begin.length);
      return (x ?? []).map((dim, axis) => {
        const [from, count] = [begin[axis] as number, size[axis] as number];
        const least = from + Math.max(0, count);
        if (dim !== null && least > dim)
          throw misfit(node.name, `an axis of at least ${least} values`, String(dim));
        return count === -1 ? dim && dim - from : count;
      });
    },
  },
  squeeze: {
    arity: [1, 1],
    shape: (node, [x]) => {
      const axes = node.attrs.axes.map((axis) => normalAxis(axis, x?.length ?? 0, node.name));
      for (const axis of axes) same(node.name, 'values of a squeezed axis', 1, x?.[axis]);
      return (x ?? []).filter((_, axis) => !axes.includes(axis));
    },
  },
  expandDims: {
    arity: [1, 1],
    shape: (node, [x]) => {
      const axis = normalAxis(node.attrs.axis, (x?.length ?? 0) + 1, node.name);
      return [...(x ?? []).slice(0, axis), 1, ...(x ?? []).slice(axis)];
    },
  },
  depthToSpace: {
    arity: [1, 1],
    shape: (node, [x]) => {
      const [n, h, w, c] = rank(node.name, x, 4);
      const block = node.attrs.blockSize;
      if (c !== null && c % (block * block) !== 0)
        throw misfit(node.name, `a multiple of ${block * block} channels`, String(c));
      const channels = c === null ? null : c / (block * block);
      return [n, h === null ? null : h * block, w === null ? null : w * block, channels];
    },
  },
  mirrorPad: { arity: [1, 1], shape: padded },
  pad: { arity: [1, 1], shape: padded },
  transpose: {
    arity: [1, 1],
    shape: (node, [x]) => {
      same(node.name, 'permuted axes', x?.length ?? 0, node.attrs.perm.length);
      return node.attrs.perm.map((axis) => x?.[axis] ?? null);
    },
  },
  reshape: { arity: [1, 1], shape: (node, [x]) => reshaped(node.name, x ?? [], node.attrs.shape) },
  concat: {
    arity: [1, Number.POSITIVE_INFINITY],
    shape: (node, inputs) => {
      const first = inputs[0] ?? [];
      const axis = normalAxis(node.attrs.axis, first.length, node.name);
      let total: Dim = 0;
      for (const shape of inputs) {
        rank(node.name, shape, first.length);
        for (const [i, dim] of first.entries()) {
          if (i !== axis && dim !== null) same(node.name, `values of axis ${i}`, dim, shape[i]);
        }
        const dim: Dim = shape[axis] ?? null;
        total = total === null || dim === null ? null : total + dim;
      }
      return first.map((dim, i) => (i === axis ? total : dim));
    },
  },
  scatter: {
    arity: [1, 1],
    shape: (node, [x]) => {
      same(node.name, 'scattered channels', node.attrs.positions.length, x?.at(-1));
      same(node.name, 'fill values', node.attrs.size, node.attrs.fill.length);
      return [...(x?.slice(0, -1) ?? []), node.attrs.size];
    },
  },
  gather: {
    arity: [2, 2],
    shape: (node, [x, indices]) => {
      const axis = normalAxis(node.attrs.axis, x?.length ?? 0, node.name);
      const [count] = rank(node.name, indices, 1);
      return (x ?? []).map((dim, i) => (i === axis ? (count ?? null) : dim));
    },
  },
  // Never asked: inferShapes leaves out what only TensorFlow knows.
  opaque: { arity: [0, Number.POSITIVE_INFINITY], shape: () => [] },
  part: { arity: [1, 1], shape: () => [] },
};

/** The shape of a node some of whose inputs have none that is known: what its weights and attributes still say, or undefined. */
export function shapeWithout(node: GraphNode, inputs: readonly (Shape | undefined)[]): Shape | undefined {
  switch (node.op) {
    case 'conv2d':
      return [null, null, null, inputs[1]?.at(-1) ?? null];
    case 'depthwiseConv2d': {
      const [, , channels = null, multiplier = null] = inputs[1] ?? [];
      return [null, null, null, channels === null || multiplier === null ? null : channels * multiplier];
    }
    case 'matMul':
      return [null, inputs[1]?.at(-1) ?? null];
    case 'convTranspose2d':
      return [null, ...node.attrs.size, inputs[1]?.at(-2) ?? null];
    case 'resize':
      return [null, ...node.attrs.size, null];
    case 'reshape':
      return node.attrs.shape.map((dim) => (dim === -1 ? null : dim));
    default:
      return undefined;
  }
}

/** The shape of a node's result; throws, naming the node, where the inputs do not fit. */
export function shapeOf(node: GraphNode, inputs: readonly Shape[]): Shape {
  const facts = ops[node.op];
  const [least, most] = facts.arity;
  if (inputs.length < least || inputs.length > most) {
    throw misfit(
      node.name,
      `${least === most ? least : `${least} to ${most}`} inputs of ${node.op}`,
      `${inputs.length}`,
    );
  }
  const shape = (facts.shape as (node: GraphNode, inputs: readonly Shape[]) => Shape)(node, inputs);
  // Sizes in a file can be so large that their sums and products are no numbers to count with.
  if (shape.some((dim) => dim !== null && !(dim >= 0 && dim < 2 ** 31)))
    throw misfit(node.name, 'sizes below 2³¹', showShape(shape));
  return shape;
}

/** The shape of two broadcast operands; throws where they do not fit. */
export function broadcast(where: string, a: Shape, b: Shape): Shape {
  const length = Math.max(a.length, b.length);
  return Array.from({ length }, (_, i) => {
    const left = a.at(i - length) ?? (i - length < -a.length ? 1 : null);
    const right = b.at(i - length) ?? (i - length < -b.length ? 1 : null);
    if (left === 1) return right;
    if (right === 1 || left === right) return left;
    if (left === null) return right;
    if (right === null) return left;
    throw misfit(where, 'shapes that broadcast', `${showShape(a)} and ${showShape(b)}`);
  });
}

/** A shape as people write it: `[?, 28, 28, 16]`. */
export function showShape(shape: Shape): string {
  return `[${shape.map((dim) => dim ?? '?').join(', ')}]`;
}

function reduced(node: GraphNode<'mean' | 'reduce'>, [x]: readonly Shape[]): Shape {
  const axes = node.attrs.axes.map((axis) => normalAxis(axis, x?.length ?? 0, node.name));
  const kept = x?.map((dim, axis) => (axes.includes(axis) ? 1 : dim)) ?? [];
  return node.attrs.keepDims ? kept : kept.filter((_, axis) => !axes.includes(axis));
}

function padded(node: GraphNode<'pad' | 'mirrorPad'>, [x]: readonly Shape[]): Shape {
  same(node.name, 'padded axes', x?.length ?? 0, node.attrs.paddings.length);
  return (x ?? []).map((dim, axis) => {
    const [before, after] = node.attrs.paddings[axis] ?? [0, 0];
    return dim === null ? null : dim + before + after;
  });
}

function pooled(node: GraphNode<'maxPool' | 'avgPool'>, [x]: readonly Shape[]): Shape {
  const [n, h, w, c] = rank(node.name, x, 4);
  const { size, strides, pad } = node.attrs;
  return [n, ...windowOutput([h, w], size, strides, [1, 1], pad, node.name), c];
}

function reshaped(where: string, from: Shape, to: readonly number[]): Shape {
  const unknown = from.filter((dim) => dim === null).length;
  const fixed = to.filter((dim) => dim !== -1).reduce((product, dim) => product * dim, 1);
  const total = from.reduce<number>((product, dim) => product * (dim ?? 1), 1);
  if (!to.includes(-1)) {
    if (unknown === 0 && fixed !== total) throw misfit(where, `a shape of ${total} values`, showShape(to));
    return to;
  }
  // One unknown size can be the −1; a batch in front of known sizes keeps it unknown.
  if (unknown > 0) return to.map((dim) => (dim === -1 ? null : dim));
  if (total % fixed !== 0) throw misfit(where, `a shape that ${total} values fill`, showShape(to));
  return to.map((dim) => (dim === -1 ? total / fixed : dim));
}

function rank<N extends number>(where: string, shape: Shape | undefined, wanted: N): TupleOf<N> {
  if (shape?.length !== wanted) {
    throw misfit(where, `a rank ${wanted} input`, shape === undefined ? 'none' : showShape(shape));
  }
  return shape as unknown as TupleOf<N>;
}

function known<T extends readonly Dim[]>(where: string, shape: T): { [I in keyof T]: number } {
  if (shape.includes(null)) throw misfit(where, 'weights of a known shape', showShape(shape));
  return shape as { [I in keyof T]: number };
}

/** A size that is only known when the graph runs fits until then. */
function same(where: string, what: string, expected: number, found: Dim | undefined): void {
  if (found !== null && expected !== found) throw misfit(where, `${expected} ${what}`, String(found));
}

function misfit(where: string, expected: string, found: string): AsfpError {
  return new AsfpError({ code: 'graph-shape', where, expected, found });
}

type TupleOf<N extends number> = N extends 1
  ? [Dim]
  : N extends 2
    ? [Dim, Dim]
    : N extends 4
      ? [Dim, Dim, Dim, Dim]
      : Dim[];
