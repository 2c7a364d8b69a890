import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { stepSpeed } from './stepSpeed.ts';

test('a rate, and no tensor left', async () => {
  await chooseBackend('wasm', { threads: 1 });
  const before = tf.memory().numTensors;
  const speed = await stepSpeed();
  expect(Number.isFinite(speed) && speed > 0).toBe(true);
  expect(tf.memory().numTensors).toBe(before);
});
