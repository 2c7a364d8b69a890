// Knows which numbers the attributes of each op kind may hold, whatever a file says: whole, in range, each axis once.
import { AsfpError } from '../errors.ts';
import type { GraphNode, OpKind, Padding } from './graph.ts';

/** What must hold of a number; `says` completes "expected". */
interface Rule {
  readonly says: string;
  readonly holds: (value: number) => boolean;
}

/** A window, stride, dilation or frame beyond this is no network's; it would only cost time and memory. */
const MOST = 2 ** 15;

/** What a typed array can count. */
const LARGEST = 2 ** 31 - 1;

const whole = (least: number, most: number, says: string): Rule => ({
  says,
  holds: (value) => Number.isInteger(value) && value >= least && value <= most,
});
const extent = whole(1, MOST, `a whole number from 1 to ${MOST}`);
const frame = whole(0, MOST, `a whole number from 0 to ${MOST}`);
const count = whole(1, LARGEST, 'a whole number of at least 1');
const place = whole(0, LARGEST, 'a whole number of at least 0');
const rest = whole(-1, LARGEST, 'a whole number, or −1 for the rest');

type Check<K extends OpKind> = (node: GraphNode<K>) => void;

/** One row for each op kind whose attributes hold numbers that count something. */
const CHECKS: { readonly [K in OpKind]?: Check<K> } = {
  input: (node) => each(node, 'shape', node.attrs.shape, place),
  conv2d: conv,
  depthwiseConv2d: conv,
  convTranspose2d: (node) => {
    each(node, 'strides', node.attrs.strides, extent);
    each(node, 'size', node.attrs.size, count);
  },
  maxPool: pool,
  avgPool: pool,
  resize: (node) => {
    each(node, 'size', node.attrs.size, count);
    each(node, 'factor', node.attrs.factor ?? [], extent);
  },
  slice: (node) => {
    each(node, 'begin', node.attrs.begin, place);
    each(node, 'size', node.attrs.size, rest);
    if (node.attrs.begin.length !== node.attrs.size.length)
      throw wrong(node, 'size', `${node.attrs.begin.length} numbers, as begin has`, node.attrs.size.length);
  },
  depthToSpace: (node) => each(node, 'blockSize', [node.attrs.blockSize], extent),
  pad: (node) => each(node, 'paddings', node.attrs.paddings.flat(), frame),
  mirrorPad: (node) => each(node, 'paddings', node.attrs.paddings.flat(), frame),
  transpose: (node) => {
    const { perm } = node.attrs;
    const sorted = [...perm].sort((a, b) => a - b);
    if (sorted.some((axis, i) => axis !== i)) throw wrong(node, 'perm', 'each axis once', perm.join(', '));
  },
  reshape: (node) => {
    const { shape } = node.attrs;
    each(node, 'shape', shape, rest);
    if (shape.indexOf(-1) !== shape.lastIndexOf(-1))
      throw wrong(node, 'shape', 'at most one −1', shape.join(', '));
  },
  scatter: (node) => {
    const { size, positions } = node.attrs;
    each(node, 'size', [size], count);
    each(node, 'positions', positions, whole(0, size - 1, `a channel below ${size}`));
    const at = positions.findIndex((position, i) => i > 0 && position <= (positions[i - 1] as number));
    if (at > 0) throw wrong(node, 'positions', 'ascending', `${positions[at]} behind ${positions[at - 1]}`);
  },
};

/** Throws AsfpError `graph-attribute`, naming node and attribute, where a number is not one that the op can have. */
export function checkAttrs(node: GraphNode): void {
  (CHECKS[node.op] as Check<OpKind> | undefined)?.(node);
}

function conv(node: GraphNode<'conv2d' | 'depthwiseConv2d'>): void {
  each(node, 'strides', node.attrs.strides, extent);
  each(node, 'dilations', node.attrs.dilations, extent);
  padding(node, node.attrs.pad);
}

function pool(node: GraphNode<'maxPool' | 'avgPool'>): void {
  each(node, 'size', node.attrs.size, extent);
  each(node, 'strides', node.attrs.strides, extent);
  padding(node, node.attrs.pad);
}

function padding(node: GraphNode, pad: Padding): void {
  if (typeof pad !== 'string') each(node, 'pad', pad.flat(), frame);
}

/** Holds every number to a rule; null stands for a size that is known later. */
function each(
  node: GraphNode,
  attribute: string,
  values: readonly (number | null)[],
  { says, holds }: Rule,
): void {
  const bad = values.find((value) => value !== null && !holds(value));
  if (bad !== undefined) throw wrong(node, attribute, says, bad);
}

function wrong(node: GraphNode, attribute: string, expected: string, found: unknown): AsfpError {
  return new AsfpError({
    code: 'graph-attribute',
    where: `${node.name}, ${attribute} of ${node.op}`,
    expected,
    found: String(found),
  });
}
