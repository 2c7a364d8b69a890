import { expect, test } from 'vitest';
import { chooseFilters } from './chooseFilters.ts';
import type { FilterGroup } from './filterGroups.ts';

const layers = [
  { kernel: 'a', scores: [5, 1, 3], count: 1 },
  { kernel: 'b', scores: [0.1, 0.3, 0.2, 0.4], count: 2 },
];
const shown = (groups?: readonly FilterGroup[]): Record<string, number[]> =>
  Object.fromEntries(chooseFilters(layers, groups));

test('alone, each layer loses its weakest', () => {
  expect(shown()).toEqual({ a: [1], b: [0, 2] });
});

test('in groups of one it is the same', () => {
  const ones = layers.flatMap(({ kernel, scores }) => scores.map((_, filter) => [{ kernel, filter }]));
  expect(shown(ones)).toEqual(shown());
});

test('a group goes whole, by the mean of its relative scores, and never takes more than a layer may lose', () => {
  const pair = (filter: number): FilterGroup => [
    { kernel: 'a', filter },
    { kernel: 'b', filter },
  ];
  // Relative scores of a: 5/3, 1/3, 1; of b: 0.4, 1.2, 0.8, 1.6. Means of pairs: 1.03, 0.77, 0.9.
  const groups = [pair(0), pair(1), pair(2), [{ kernel: 'b', filter: 3 }]];
  // a may lose one: pair 1. b may lose another: only filter 3 is free of a.
  expect(shown(groups)).toEqual({ a: [1], b: [1, 3] });
});

test('a group with a member that no layer lists stays', () => {
  expect(
    shown([
      [
        { kernel: 'a', filter: 1 },
        { kernel: 'answers', filter: 0 },
      ],
    ]),
  ).toEqual({ a: [], b: [] });
});
