import { rngFromSeed } from '@asfp/core';
import { expect, test } from 'vitest';
import { failureOf } from '../testing/failureOf.ts';
import { buildModel } from './models.ts';

test('an unknown name is refused with the names there are', async () => {
  const shape = { height: 8, width: 8, channels: 1, classes: 2 };
  const failure = await failureOf(() => buildModel('resnet18', shape, rngFromSeed(1)));
  expect(failure.message).toBe(
    '--model: expected one of resnet8, resnet20, resnet32, resnet56, resnet110, found "resnet18"',
  );
});
