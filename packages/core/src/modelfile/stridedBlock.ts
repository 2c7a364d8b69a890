// Knows TensorFlow's StridedSlice, as far as it takes one block out of a tensor.
import type { OpAttrs } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';

/** A block and the axes, of size 1, that leave the result. */
export interface StridedBlock {
  readonly slice: OpAttrs['slice'];
  readonly shrunk: readonly number[];
}

interface Range {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly strides: readonly number[];
}

/** The block that a StridedSlice of a tensor of this shape takes; undefined where it skips values or a size that counts is open. */
export function strided(
  shape: Shape,
  range: Range,
  masks: { readonly begin: number; readonly end: number; readonly shrink: number },
): StridedBlock | undefined {
  const begin: number[] = [];
  const size: number[] = [];
  const shrunk: number[] = [];
  const has = (mask: number, axis: number): boolean => ((mask >> axis) & 1) === 1;
  for (const [axis, dim] of shape.entries()) {
    if (axis >= range.begin.length) {
      begin.push(0);
      size.push(-1);
      continue;
    }
    if (range.strides[axis] !== 1) return undefined;
    const counted = (value: number): number | null =>
      value >= 0 ? value : dim === null ? null : Math.max(0, dim + value);
    const first = has(masks.begin, axis) ? 0 : counted(range.begin[axis] as number);
    if (first === null) return undefined;
    begin.push(first);
    if (has(masks.shrink, axis)) {
      size.push(1);
      shrunk.push(axis);
      continue;
    }
    const last = range.end[axis] as number;
    const toEnd = has(masks.end, axis) || (dim === null ? last >= 2 ** 31 - 1 : last >= dim);
    const stop = toEnd ? null : counted(last);
    // With an open size an end inside of it may lie beyond it.
    if (!toEnd && (dim === null || stop === null || stop <= first)) return undefined;
    size.push(stop === null ? -1 : stop - first);
  }
  return { slice: { begin, size }, shrunk };
}
