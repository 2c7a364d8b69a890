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

test('a name stays inside the plot even where nothing is free', () => {
  const [only] = placeLabels([{ name: 'a name', points: [[0.5, 2]] }], 0, 12);
  expect(only?.y).toBe(12);
});
