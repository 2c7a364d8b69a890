// Knows the small integer arithmetic with which GraphModels compute shapes while they run, as far as it is known beforehand.
import type { Dim } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import { AttrReader, type NodeDef } from './tfNodeDefs.ts';

/** A size that is only known when the graph runs: `factor` times axis `axis` of the value `of`, plus `plus`. */
export interface OpenSize {
  readonly of: string;
  readonly axis: number;
  readonly factor: number;
  readonly plus: number;
}

/** A size: known, open, or (NaN) computed from open ones in another way. */
export type StaticSize = number | OpenSize;

/** A vector of sizes, or a single one. */
export type StaticInts = readonly StaticSize[];

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
      return shapes
        .get(inputs[0] ?? '')
        ?.map((dim, axis) => dim ?? { of: inputs[0] ?? '', axis, factor: 1, plus: 0 });
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
      return combined(given(0), given(1), times);
    case 'Add':
    case 'AddV2':
      return combined(given(0), given(1), plus);
    case 'Sub':
      return combined(
        given(0),
        given(1),
        known((a, b) => a - b),
      );
    case 'FloorDiv':
      return combined(
        given(0),
        given(1),
        known((a, b) => Math.floor(a / b)),
      );
    case 'Prod': {
      const factors = given(0);
      return factors && [factors.reduce(times, 1)];
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
  fn: (a: StaticSize, b: StaticSize) => StaticSize,
): StaticInts | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a.length !== b.length && a.length !== 1 && b.length !== 1) return undefined;
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) =>
    fn(a[a.length === 1 ? 0 : i] as StaticSize, b[b.length === 1 ? 0 : i] as StaticSize),
  );
}

function times(a: StaticSize, b: StaticSize): StaticSize {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  if (typeof a === 'number' && typeof b !== 'number') return scaled(b, a);
  if (typeof a !== 'number' && typeof b === 'number') return scaled(a, b);
  return Number.NaN;
}

function scaled(size: OpenSize, by: number): OpenSize {
  return { ...size, factor: size.factor * by, plus: size.plus * by };
}

function plus(a: StaticSize, b: StaticSize): StaticSize {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (typeof a === 'number' && typeof b !== 'number') return { ...b, plus: b.plus + a };
  if (typeof a !== 'number' && typeof b === 'number') return { ...a, plus: a.plus + b };
  return Number.NaN;
}

function known(fn: (a: number, b: number) => number): (a: StaticSize, b: StaticSize) => StaticSize {
  return (a, b) => (typeof a === 'number' && typeof b === 'number' ? fn(a, b) : Number.NaN);
}

/** Whether a size is known before the graph runs. */
export function isKnown(size: StaticSize | Dim | undefined): size is number {
  return typeof size === 'number' && !Number.isNaN(size);
}
