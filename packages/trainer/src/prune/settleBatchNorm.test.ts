import { rngFromSeed } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { modelVariables, type NamedVariable, readVariables } from '../bridge/modelWeights.ts';
import { buildModel } from '../models/models.ts';
import { pruneOnce } from '../testing/pruneOnce.ts';
import type { ZeroedFilters } from './pruneDuring.ts';
import { settleBatchNorm } from './settleBatchNorm.ts';

beforeAll(async () => {
  await chooseBackend('cpu');
});

/** A pruned network whose batch norm has averages and parameters as after training. */
async function makePruned(): Promise<{
  model: tfl.LayersModel;
  weights: NamedVariable[];
  zeroed: ZeroedFilters;
}> {
  const model = buildModel('resnet8', { height: 8, width: 8, channels: 1, classes: 2 }, rngFromSeed(1));
  onTestFinished(() => {
    model.dispose();
  });
  const weights = modelVariables(model);
  const rng = rngFromSeed(2);
  for (const { name, variable } of weights) {
    if (!name.includes('_bn')) continue;
    const values = Float32Array.from({ length: variable.size }, () => 0.5 + rng.next());
    tf.tidy(() => variable.assign(tf.tensor1d(values)));
  }
  const prune = await pruneOnce(model, { schedule: 'constant', rate: 0.4, epochs: 1 });
  return { model, weights, zeroed: prune.zeroed };
}

/** What stage 3's last batch norm says at its zeroed channels, one value for each: it must be the same everywhere. */
function constantsOf(model: tfl.LayersModel, zeroed: readonly number[]): number[] {
  const probe = tfl.model({
    inputs: model.inputs,
    outputs: model.getLayer('stage3_block1_bn2').output as tfl.SymbolicTensor,
  });
  const values = tf.tidy(() => {
    const image = tf.tensor4d(
      Float32Array.from({ length: 64 }, (_, i) => Math.cos(i)),
      [1, 8, 8, 1],
    );
    return (probe.predict(image) as tf.Tensor4D).arraySync();
  });
  const positions = (values[0] as number[][][]).flat();
  return zeroed.map((channel) => {
    const said = new Set(positions.map((position) => position[channel]));
    expect(said.size).toBe(1);
    return [...said][0] as number;
  });
}

test.each(['keep', 'zero', 'mean'] as const)(
  'settled by %s, a zeroed channel says its constant',
  async (settle) => {
    const { model, weights, zeroed } = await makePruned();
    const before = await readVariables(weights);
    await settleBatchNorm(model, zeroed, { settle: settle, coupling: 'independent' });
    const after = await readVariables(weights);
    const positions = zeroed['stage3_block1_conv2'] as number[];
    const entry = (role: string, channel: number): number =>
      before.get(`stage3_block1_bn2/${role}`)?.values[channel] as number;
    const constants = constantsOf(model, positions);
    positions.forEach((channel, i) => {
      const [gamma, beta] = [entry('gamma', channel), entry('beta', channel)];
      const [mean, variance] = [entry('moving_mean', channel), entry('moving_variance', channel)];
      const kept = beta - (gamma * mean) / Math.sqrt(variance + 1e-5);
      const expected = { keep: kept, zero: 0, mean: beta }[settle];
      // Four float32 operations on values below 3.
      expect(Math.abs((constants[i] as number) - expected)).toBeLessThanOrEqual(settle === 'keep' ? 2e-6 : 0);
    });
    // No other entry changes.
    for (const [name, value] of after) {
      const cleared = zeroed[(name.split('/')[0] as string).replace('_bn', '_conv')] ?? [];
      const others = (values: ArrayLike<number> = []): number[] =>
        Array.from(values).filter((_, i) => !name.includes('_bn') || !cleared.includes(i));
      expect(others(value.values)).toEqual(others(before.get(name)?.values));
    }
  },
);

test('kept means untouched', async () => {
  const { model, weights, zeroed } = await makePruned();
  const before = await readVariables(weights);
  await settleBatchNorm(model, zeroed, { settle: 'keep', coupling: 'independent' });
  expect(await readVariables(weights)).toEqual(before);
});
