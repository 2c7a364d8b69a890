import { expect, test } from 'vitest';
import { fitsPattern, layerGoal } from './layerGoal.ts';

test.each([
  ['stem_conv', 'stem_conv', true],
  ['stem_conv', 'stem', false],
  ['stage1_block2_conv1', 'stage1_*', true],
  ['stage1_block2_conv1', '*_conv1', true],
  ['stage1_block2_conv1', 'stage*_conv1', true],
  ['stage1_block2_conv1', '*block*conv*', true],
  ['stage1_block2_conv1', '*conv*block*', false],
  ['aba', 'ab*ba', false],
  ['anything', '*', true],
])('%s and %s', (name, pattern, fits) => {
  expect(fitsPattern(name, pattern)).toBe(fits);
});

test('the common rate, an own one, the last that fits, or none', () => {
  const rates = { rate: 0.4, exclude: ['c*'], layerRates: { 'b*': 0.2, b2: 0.1, c1: 0.3 } };
  expect(['a', 'b1', 'b2', 'c1'].map((name) => layerGoal(name, rates))).toEqual([0.4, 0.2, 0.1, 0]);
});
