import { expect, test } from 'vitest';
import { rngFromSeed } from '../rng.ts';
import { criterionNames, scoreFilters, weightCriteria } from './scoreFilters.ts';

/** Three filters: (3, −4), (0, 1), (3, −3). */
const kernel = { shape: [1, 1, 2, 3], values: Float32Array.from([3, 0, 3, -4, 1, -3]) };
const score = (name: (typeof criterionNames)[number], scale?: number[]): number[] => [
  ...scoreFilters(name, { kernel, scale }, rngFromSeed(1)),
];

test('each criterion by hand', () => {
  expect(score('l2')).toEqual([5, 1, Math.sqrt(18)]);
  expect(score('l1')).toEqual([7, 1, 6]);
  const [ab, bc, ac] = [Math.sqrt(9 + 25), 5, 1];
  expect(score('fpgm')).toEqual([ab + ac, ab + bc, bc + ac]);
  expect(score('bn-scale', [0.5, -2, 0])).toEqual([0.5, 2, 0]);
});

test('without a batch norm behind, bn-scale is l2', () => {
  expect(score('bn-scale')).toEqual(score('l2'));
});

test('random scores come from the seed', () => {
  expect(score('random')).toEqual(score('random'));
  expect(new Set(score('random')).size).toBe(3);
  expect(criterionNames).toContain('random');
});

test('fpgm sees equal filters as equal: no cancellation', () => {
  const twice = { shape: [2, 2], values: Float32Array.from([1e4, 1e4, 1.1, 1.1]) };
  expect([...scoreFilters('fpgm', { kernel: twice, scale: undefined }, rngFromSeed(1))]).toEqual([0, 0]);
});

test('taylor is what training has measured, and is not for models that are not trained', () => {
  const saliency = Float32Array.from([2, 0, 1]);
  expect([...scoreFilters('taylor', { kernel, scale: undefined, saliency }, rngFromSeed(1))]).toEqual([
    2, 0, 1,
  ]);
  expect(() => score('taylor')).toThrow('internal: ');
  expect(weightCriteria).toEqual(['l2', 'l1', 'fpgm', 'bn-scale', 'random']);
});
