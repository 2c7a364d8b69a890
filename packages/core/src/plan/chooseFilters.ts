// Knows which filters go when each layer may lose so many: its weakest, or the weakest groups that fit in all their layers.
import type { FilterGroup, GroupMember } from './filterGroups.ts';
import { weakest } from './weakest.ts';

/** A layer with its filters' scores, and how many of them go. */
export interface LayerQuota {
  /** The name of the const node that is its kernel. */
  readonly kernel: string;
  /** `[filters]`, the smallest go first. */
  readonly scores: ArrayLike<number>;
  readonly count: number;
}

/**
 * The chosen filters by kernel, ascending. Without groups every layer loses its weakest `count`. With groups all members of a
 * group go or none, layer after layer the weakest group first, and a group that has a member too many in any layer stays; a
 * group's score is the mean of its members', each relative to the mean of its layer, so that no layer speaks louder.
 */
export function chooseFilters(
  layers: readonly LayerQuota[],
  groups?: readonly FilterGroup[],
): Map<string, number[]> {
  if (groups === undefined) {
    return new Map(layers.map(({ kernel, scores, count }) => [kernel, weakest(scores, count)]));
  }
  const relative = new Map(layers.map(({ kernel, scores }) => [kernel, relativeTo(scores)]));
  const left = new Map(layers.map(({ kernel, count }) => [kernel, count]));
  const chosen = new Map<string, number[]>(layers.map(({ kernel }) => [kernel, []]));
  const scored = groups
    .filter((group) => group.every(({ kernel }) => left.has(kernel)))
    .map((group) => ({
      group,
      score: mean(group.map(({ kernel, filter }) => relative.get(kernel)?.[filter] as number)),
    }))
    .sort((a, b) => a.score - b.score);
  const taken = new Set<FilterGroup>();
  for (const { kernel: layer } of layers) {
    for (const { group } of scored) {
      if (left.get(layer) === 0) break;
      if (taken.has(group) || !group.some(({ kernel }) => kernel === layer) || !fits(group, left)) continue;
      taken.add(group);
      for (const { kernel, filter } of group) {
        chosen.get(kernel)?.push(filter);
        left.set(kernel, (left.get(kernel) as number) - 1);
      }
    }
  }
  for (const filters of chosen.values()) filters.sort((a, b) => a - b);
  return chosen;
}

function fits(group: readonly GroupMember[], left: ReadonlyMap<string, number>): boolean {
  const wanted = new Map<string, number>();
  for (const { kernel } of group) wanted.set(kernel, (wanted.get(kernel) ?? 0) + 1);
  return [...wanted].every(([kernel, count]) => count <= (left.get(kernel) as number));
}

function relativeTo(scores: ArrayLike<number>): number[] {
  const values = Array.from(scores);
  const middle = mean(values);
  return values.map((score) => (middle > 0 ? score / middle : 0));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
