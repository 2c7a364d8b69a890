// Knows the small integer arithmetic with which GraphModels compute shapes while they run, as far as it is known beforehand.
import type { Dim } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import { AttrReader, type NodeDef } from './tfNodeDefs.ts';

/** A vector (or a single number) of sizes: null for a size that is only known when the graph runs, NaN for what is computed from one. */
export type StaticInts = readonly Dim[];

/** What has been read of a GraphModel before the node at hand. */
export interface ReadSoFar {
  readonly constants: ReadonlyMap<string, HostTensor>;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly ints: ReadonlyMap<string, StaticInts>;
}

/** Longer constants are weights, not shapes. */
const mostInts = 16;

/** What a node computes where it is such arithmetic; undefined where it is not, or where nothing is known. */
export function staticInts(
  def: NodeDef,
  inputs: readonly string[],
  { constants, shapes, ints }: ReadSoFar,
): StaticInts | undefined {
  const attrs = new AttrReader(def);
  const given = (at: number): StaticInts | undefined => ints.get(inputs[at] ?? '');
  switch (def.op) {
    case 'Const': {
      const tensor = constants.get(def.name);
      const small = tensor?.dtype === 'int32' && tensor.shape.length <= 1 && tensor.values.length <= mostInts;
      return small ? [...tensor.values] : undefined;
    }
    case 'Shape':
      return shapes.get(inputs[0] ?? '');
    case 'Identity':
    case 'Cast':
    case 'Squeeze':
    case 'ExpandDims':
      return given(0);
    case 'Pack':
      return attrs.int('axis', 0) === 0 ? joined(inputs.map((_, at) => given(at))) : undefined;
    case 'ConcatV2':
      return joined(inputs.slice(0, -1).map((_, at) => given(at)));
    case 'Mul':
      return combined(given(0), given(1), (a, b) => a * b);
    case 'Add':
    case 'AddV2':
      return combined(given(0), given(1), (a, b) => a + b);
    case 'Sub':
      return combined(given(0), given(1), (a, b) => a - b);
    case 'FloorDiv':
      return combined(given(0), given(1), (a, b) => Math.floor(a / b));
    case 'Prod': {
      const factors = given(0);
      return factors && [factors.reduce((product, dim) => mapped(product, dim, (a, b) => a * b), 1)];
    }
    case 'Slice': {
      const [begin, size] = [given(1)?.[0], given(2)?.[0]];
      if (!isKnown(begin) || !isKnown(size)) return undefined;
      return given(0)?.slice(begin, size < 0 ? undefined : begin + size);
    }
    case 'StridedSlice': {
      const [begin, end, step] = [given(1)?.[0], given(2)?.[0], given(3)?.[0]];
      if (!isKnown(begin) || !isKnown(end) || step !== 1) return undefined;
      if (attrs.int('ellipsis_mask', 0) !== 0 || attrs.int('new_axis_mask', 0) !== 0) return undefined;
      const from = attrs.int('begin_mask', 0) === 1 ? 0 : begin;
      if (attrs.int('shrink_axis_mask', 0) === 1) return given(0)?.slice(from).slice(0, 1);
      return given(0)?.slice(from, attrs.int('end_mask', 0) === 1 ? undefined : end);
    }
    default:
      return undefined;
  }
}

function joined(parts: readonly (StaticInts | undefined)[]): StaticInts | undefined {
  return parts.includes(undefined) ? undefined : (parts as StaticInts[]).flat();
}

function combined(
  a: StaticInts | undefined,
  b: StaticInts | undefined,
  fn: (a: number, b: number) => number,
): StaticInts | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a.length !== b.length && a.length !== 1 && b.length !== 1) return undefined;
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) =>
    mapped(a[a.length === 1 ? 0 : i] ?? null, b[b.length === 1 ? 0 : i] ?? null, fn),
  );
}

function mapped(a: Dim, b: Dim, fn: (a: number, b: number) => number): Dim {
  return a === null || b === null ? Number.NaN : fn(a, b);
}

/** Whether a size is known before the graph runs. */
export function isKnown(size: Dim | undefined): size is number {
  return typeof size === 'number' && !Number.isNaN(size);
}
