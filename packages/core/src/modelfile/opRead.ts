// Knows what the reading of every TensorFlow op needs of its node: inputs that are known, settings, the node made, the errors.
import { AsfpError } from '../errors.ts';
import type { GraphNode, OpAttrs, OpKind, Padding } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import { isKnown, type ReadSoFar } from './staticInts.ts';
import type { AttrReader, NodeDef } from './tfNodeDefs.ts';

/** One TensorFlow node under reading: its inputs by the names of nodes here, and what is known of them. */
export interface OpRead {
  readonly def: NodeDef;
  readonly inputs: readonly string[];
  readonly attrs: AttrReader;
  readonly known: ReadSoFar;
}

/** Reads a node of one op. */
export type OpRule = (read: OpRead) => GraphNode | GraphNode[];

/** Thrown by the reading of an op in a form that is not understood; the node is then left as it stands, opaque. */
export class NotUnderstood extends Error {}

/** A table's own entry, whatever objects have besides. */
export function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** The node that has the TensorFlow node's name. */
export function node<K extends OpKind>(
  read: OpRead,
  op: K,
  inputs: readonly string[],
  attrs: OpAttrs[K],
): GraphNode {
  return { name: read.def.name, op, inputs, attrs } as unknown as GraphNode;
}

/** The integers of an input: of a constant, or of arithmetic whose result is known beforehand. */
export function numbers(read: OpRead, input: number): number[] {
  const name = read.inputs[input] ?? '';
  const known = read.known.ints.get(name);
  if (known === undefined) return constantNumbers(read, input);
  if (!known.every(isKnown)) throw new NotUnderstood();
  return known as number[];
}

/** The numbers of a constant input. */
export function constantNumbers(read: OpRead, input: number): number[] {
  const tensor = read.known.constants.get(read.inputs[input] ?? '');
  if (tensor === undefined) throw new NotUnderstood();
  return [...tensor.values];
}

/** The shape of an input that is known. */
export function shapeOfInput(read: OpRead, input = 0): Shape {
  const shape = read.known.shapes.get(read.inputs[input] ?? '');
  if (shape === undefined) throw new NotUnderstood();
  return shape;
}

/** The tensor of a constant. */
export function constantOf(read: OpRead, name: string): HostTensor {
  const tensor = read.known.constants.get(name);
  if (tensor === undefined) throw misfit(read, 'a constant input', name === '' ? 'none' : name);
  return tensor;
}

/** The padding of a window op. */
export function paddingOf(read: OpRead): Padding {
  const name = read.attrs.string('padding', 'VALID');
  if (name === 'SAME') return 'same';
  if (name === 'VALID') return 'valid';
  const [, , top = 0, bottom = 0, left = 0, right = 0] = read.attrs.ints('explicit_paddings', []);
  return [
    [top, bottom],
    [left, right],
  ];
}

/** Throws where channels are not on the last axis. */
export function checkLayout(read: OpRead): void {
  const layout = read.attrs.string('data_format', 'NHWC');
  if (layout !== 'NHWC')
    throw misfit(
      read,
      'channels on the last axis (NHWC)',
      layout,
      'Convert the model to channels_last first',
    );
}

/** The error of an op that cannot be read. */
export function misfit(read: OpRead, expected: string, found?: string, cure?: string): AsfpError {
  return new AsfpError({
    code: 'op-unsupported',
    where: `node ${read.def.name} (${read.def.op})`,
    expected,
    ...(found === undefined ? {} : { found }),
    ...(cure === undefined ? {} : { cure }),
  });
}
