// Knows that names of lines keep clear of lines and of each other.
import { expect, test } from 'vitest';
import { placeLabels } from './placeLabels.ts';
import { letterPx, narrowestPx } from './svg.ts';

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
  const xs = Array.from({ length: 8 }, (_, i) => 0.11 + (0.89 * (i + 0.5)) / 8);
  const line = (ys: readonly number[]): [number, number][] => xs.map((x, i) => [x, ys[i] as number]);
  const lines = [
    { name: 'before the prune', points: line([74.8, 57.2, 48.2, 42.7, 40.8, 38, 39.2, 38.2]) },
    { name: 'after the prune', points: line([167.9, 202.3, 119.9, 43.7, 42.5, 38.5, 39.2, 38.2]) },
    { name: 'in the end 88.2 %', points: [[xs.at(-1) as number, 42.1]] as const },
  ];
  const places = placeLabels(lines, 0, 204);
  expect(places[2]?.x).toBe(xs.at(-1));
  const boxes = places.map(({ x, y, anchor }, i) => {
    const width = (lines[i]?.name.length ?? 0) * letterPx;
    const left = x * narrowestPx - { start: 0, middle: width / 2, end: width }[anchor];
    return { left, right: left + width, y };
  });
  for (const [i, one] of boxes.entries()) {
    for (const other of boxes.slice(i + 1)) {
      const beside = one.right <= other.left || other.right <= one.left;
      expect(beside || Math.abs(one.y - other.y) >= 16).toBe(true);
    }
  }
});

test('a name stays inside the plot even where nothing is free', () => {
  const [only] = placeLabels([{ name: 'a name', points: [[0.5, 2]] }], 0, 12);
  expect(only?.y).toBe(12);
});
