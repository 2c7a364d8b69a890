// Knows that names of lines keep clear of lines and of each other.
import { expect, test } from 'vitest';
import { placeLabels } from './placeLabels.ts';

test('two close lines get their names on their outer sides', () => {
  const flat = (y: number): [number, number][] => [0.1, 0.5, 0.95].map((x) => [x, y]);
  const [upper, lower] = placeLabels(
    [
      { name: 'upper', points: flat(100) },
      { name: 'lower', points: flat(108) },
    ],
    0,
    200,
  );
  expect(upper).toEqual({ x: 0.95, y: 91, anchor: 'end' });
  expect(lower).toEqual({ x: 0.95, y: 126, anchor: 'end' });
});

test('a line of one point has its name beside it, and the others keep clear', () => {
  // Accuracies of eight epochs, and of the finished network.
  const xs = [0.16, 0.27, 0.38, 0.49, 0.6, 0.71, 0.82, 0.93];
  const line = (ys: readonly number[]): [number, number][] => xs.map((x, i) => [x, ys[i] as number]);
  const places = placeLabels(
    [
      { name: 'before the prune', points: line([63, 49, 41, 36, 34, 32, 33, 32]) },
      { name: 'after the prune', points: line([137, 165, 99, 36, 35, 32, 33, 33]) },
      { name: 'in the end 88.2 %', points: [[0.93, 35]] },
    ],
    0,
    204,
  );
  expect(places[2]?.x).toBe(0.93);
  for (const [i, one] of places.entries()) {
    for (const other of places.slice(i + 1)) {
      expect(Math.abs(one.y - other.y) >= 16 || Math.abs(one.x - other.x) > 0.3).toBe(true);
    }
  }
});

test('a name stays inside the plot even where nothing is free', () => {
  const [only] = placeLabels([{ name: 'a name', points: [[0.5, 2]] }], 0, 12);
  expect(only?.y).toBe(12);
});
