import { expect, test } from 'vitest';
import { learningRateAt, scaledMilestones } from './learningRate.ts';

test('the rate falls at each milestone', () => {
  const settings = { learningRate: 0.1, milestones: [60, 120, 160], gamma: 0.2, warmupEpochs: 0 };
  const rates = [0, 59, 60, 119, 120, 160, 199].map((epoch) => learningRateAt(settings, epoch));
  expect(rates.map((rate) => Number(rate.toPrecision(12)))).toEqual([
    0.1, 0.1, 0.02, 0.02, 0.004, 0.0008, 0.0008,
  ]);
});

test('a warm-up epoch has a tenth of the rate', () => {
  const settings = { learningRate: 0.1, milestones: [3], gamma: 0.2, warmupEpochs: 1 };
  expect([0, 1, 2].map((epoch) => Number(learningRateAt(settings, epoch).toPrecision(12)))).toEqual([
    0.01, 0.1, 0.1,
  ]);
});

test('milestones scale with the epochs', () => {
  const shares = [0.3, 0.6, 0.8];
  expect(scaledMilestones(shares, 200)).toEqual([60, 120, 160]);
  expect(scaledMilestones(shares, 20)).toEqual([6, 12, 16]);
  expect(scaledMilestones(shares, 3)).toEqual([1, 2]);
  expect(scaledMilestones(shares, 1)).toEqual([]);
});
