import { rngFromSeed } from '@asfp/core';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { buildModel } from '../models/models.ts';
import { failureOf } from '../testing/failureOf.ts';
import { tinySettings } from '../testing/tinySettings.ts';
import { type FoundRate, rateForMacs } from './rateForMacs.ts';

beforeAll(async () => {
  await chooseBackend('cpu');
});

function find(target: number, changes: Parameters<typeof tinySettings>[0]): Promise<FoundRate> {
  const model = buildModel('resnet8', { height: 8, width: 8, channels: 3, classes: 2 }, rngFromSeed(1));
  onTestFinished(() => {
    model.dispose();
  });
  return rateForMacs(model, tinySettings(changes), target, rngFromSeed(2));
}

test.each([
  { coupling: 'independent' },
  { coupling: 'grouped' },
  { coupling: 'grouped', criterion: 'taylor', exclude: ['stage3_*'] },
] as const)('%o: the rate is the smallest that keeps the budget', async (changes) => {
  const found = await find(0.5, changes);
  expect(found.macs).toBeLessThanOrEqual(0.5 * found.macsBefore);
  // A filter of the narrowest layers is a sixteenth of them: one step of the rate moves a few percent at most.
  expect(found.macs).toBeGreaterThan(0.43 * found.macsBefore);
  const less = await find(found.macs / found.macsBefore, changes);
  expect(less.rate).toBe(found.rate);
});

test('in a stream that all leave alike fewer filters have to go', async () => {
  const grouped = await find(0.5, { coupling: 'grouped' });
  const independent = await find(0.5, { coupling: 'independent' });
  expect(grouped.rate).toBeLessThan(independent.rate);
  expect(await find(1, {})).toMatchObject({ rate: 0, macs: grouped.macsBefore });
});

test('a budget that no rate keeps is refused with the least there is', async () => {
  const failure = await failureOf(() => find(0.2, { exclude: ['stage*'] }));
  expect(failure.message).toMatch(
    /^--target-macs: expected a share of the multiply-adds from 0\.\d+ on, which is what the fewest filters need, found 0\.2\. Ask for more, or exclude fewer layers$/,
  );
});
