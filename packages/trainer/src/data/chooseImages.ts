// Knows which images a limit takes: a seeded choice, the same number from each class.
import { type Rng, shuffledOrder } from '@asfp/core';
import type { PixelSplit } from './dataset.ts';

/**
 * The positions of at most `limit` of the labelled images, ascending. Every class gives the same number, to within one,
 * unless it runs out; which images, the generator decides.
 */
export function chooseImages(labels: ArrayLike<number>, limit: number, rng: Rng): number[] {
  const classes = new Map<number, number[]>();
  for (const position of shuffledOrder(labels.length, rng)) {
    const label = labels[position] as number;
    const members = classes.get(label);
    if (members) members.push(position);
    else classes.set(label, [position]);
  }
  const ordered = [...classes.entries()].sort(([a], [b]) => a - b).map(([, members]) => members);
  const taken: number[] = [];
  for (let round = 0; taken.length < Math.min(limit, labels.length); round++) {
    for (const members of ordered) {
      const position = members[round];
      if (position !== undefined && taken.length < limit) taken.push(position);
    }
  }
  return taken.sort((a, b) => a - b);
}

/** The split with at most `limit` images, chosen by `chooseImages`; the split itself when it has no more than that. */
export function limitSplit(split: PixelSplit, limit: number | undefined, rng: Rng): PixelSplit {
  if (limit === undefined || limit >= split.count) return split;
  const positions = chooseImages(split.labels, limit, rng);
  const size = split.pixels.length / split.count;
  const pixels = new Uint8Array(positions.length * size);
  positions.forEach((from, to) => {
    pixels.set(split.pixels.subarray(from * size, (from + 1) * size), to * size);
  });
  const labels = Int32Array.from(positions, (position) => split.labels[position] as number);
  return { count: positions.length, pixels, labels };
}
