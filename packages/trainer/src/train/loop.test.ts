import { type EpochEvent, l2Norm, rngFromSeed } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { registerTrainingKernels } from '../backend/registerTrainingKernels.ts';
import { useFusedBatchNorm } from '../backend/useFusedBatchNorm.ts';
import { toHost } from '../bridge/hostTensors.ts';
import { trainableVariables } from '../bridge/modelWeights.ts';
import { buildModel } from '../models/models.ts';
import { convLayers } from '../prune/convLayers.ts';
import { failureOf } from '../testing/failureOf.ts';
import { tinyDataset } from '../testing/tinyDataset.ts';
import { tinySettings } from '../testing/tinySettings.ts';
import { type EpochDone, type LoopState, trainLoop } from './loop.ts';
import { createSgd } from './sgd.ts';

beforeAll(async () => {
  await chooseBackend('wasm');
  registerTrainingKernels();
});

function makeState(changes: Partial<LoopState> & Pick<LoopState, 'settings'>): LoopState {
  const dataset = changes.dataset ?? tinyDataset(32, 20);
  const { height, width, channels, labels } = dataset;
  const shape = { height, width, channels, classes: labels.length };
  const model = buildModel('resnet8', shape, rngFromSeed(1));
  useFusedBatchNorm(model);
  const optimizer = createSgd(trainableVariables(model), changes.settings);
  onTestFinished(() => {
    optimizer.dispose();
    model.dispose();
  });
  return { model, optimizer, dataset, epochsDone: 0, zeroed: {}, rng: rngFromSeed(1), ...changes };
}

/** Runs the loop to its end; `atEpoch` sees each epoch before the next begins. */
async function runLoop(
  state: LoopState,
  atEpoch?: (done: EpochDone) => void | Promise<void>,
): Promise<{ steps: number; epochs: EpochEvent[] }> {
  let steps = 0;
  const epochs: EpochEvent[] = [];
  for await (const item of trainLoop(state)) {
    if ('type' in item) {
      steps++;
      continue;
    }
    epochs.push(item.event);
    await atEpoch?.(item);
  }
  return { steps, epochs };
}

test('a small network learns two classes', async () => {
  const settings = tinySettings({ epochs: 5, rate: 0, learningRate: 0.05 });
  const { steps, epochs } = await runLoop(makeState({ settings, dataset: tinyDataset(64, 40) }));
  expect(steps).toBe(5 * 8);
  expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
  expect(epochs.at(-1)).toMatchObject({ epochs: 5, evalImages: 40, rate: 0, zeroFilters: 0 });
  expect(epochs.at(-1)?.accuracyAfter).toBeGreaterThanOrEqual(0.9);
  expect(epochs.at(-1)?.loss).toBeLessThan((epochs[0] as EpochEvent).loss);
  for (const { accuracyBefore, accuracyAfter } of epochs) expect(accuracyAfter).toBe(accuracyBefore);
});

test('a zeroed filter learns on and comes back, and the last prune leaves exact zeros', async () => {
  const settings = tinySettings({ epochs: 3, rate: 0.4, batchSize: 8 });
  const state = makeState({ settings });
  const convs = convLayers(state.model);
  const normsNow = async (): Promise<Map<string, Float64Array>> => {
    const norms = new Map<string, Float64Array>();
    for (const { name, kernel } of convs) norms.set(name, l2Norm(await toHost(kernel)));
    return norms;
  };
  let previous: EpochDone | undefined;
  let revived = 0;
  for await (const item of trainLoop(state)) {
    if ('type' in item) {
      // After the last step of an epoch, before its prune.
      if (item.step !== item.steps || previous === undefined) continue;
      const norms = await normsNow();
      for (const [name, zeroed] of Object.entries(previous.zeroed)) {
        revived += zeroed.filter((filter) => (norms.get(name)?.[filter] as number) > 0).length;
      }
      continue;
    }
    previous = item;
    const norms = await normsNow();
    for (const { name } of convs) {
      const zeros = [...(norms.get(name) ?? [])].flatMap((norm, filter) => (norm === 0 ? [filter] : []));
      expect(zeros).toEqual(item.zeroed[name]);
    }
  }
  expect(revived).toBeGreaterThan(100);
  const counts = convs.map(({ name }) => previous?.zeroed[name]?.length);
  expect(counts).toEqual([6, 6, 6, 12, 12, 25, 25]);
  expect(previous?.event).toMatchObject({ epoch: 3, rate: 0.4, zeroFilters: 92, totalFilters: 240 });
});

test('pruning leaves batch norm and momentum to themselves: before a first prune both runs are the same', async () => {
  const weightsAfterOne = async (rate: number): Promise<Map<string, Float32Array>> => {
    const state = makeState({ settings: tinySettings({ epochs: 1, rate }) });
    await runLoop(state);
    const slots = await state.optimizer.slots();
    const found = new Map(
      [...slots].map(([name, { values }]) => [`momentum ${name}`, values as Float32Array]),
    );
    for (const weight of state.model.weights) {
      if (weight.originalName.endsWith('/kernel')) continue;
      found.set(weight.originalName, Float32Array.from(await weight.read().data()));
    }
    return found;
  };
  expect(await weightsAfterOne(0.4)).toEqual(await weightsAfterOne(0));
});

test('no tensors are left behind by an epoch', async () => {
  const counts: number[] = [];
  await runLoop(makeState({ settings: tinySettings({ epochs: 3 }) }), () => {
    counts.push(tf.memory().numTensors);
  });
  expect(counts).toHaveLength(3);
  expect(counts[1]).toBe(counts[0]);
  expect(counts[2]).toBe(counts[0]);
});

test('a loss that is no number stops the run with its cause', async () => {
  const failure = await failureOf(() =>
    runLoop(makeState({ settings: tinySettings({ learningRate: 1e30 }) })),
  );
  expect(failure.code).toBe('loss-not-finite');
  expect(failure.message).toMatch(
    /^epoch 1, step \d of 4: expected a finite loss, found (NaN|Infinity)\. Lower the learning rate/,
  );
});

test('an aborted signal stops the loop within a step', async () => {
  const controller = new AbortController();
  const state = makeState({ settings: tinySettings({ epochs: 2 }), signal: controller.signal });
  let steps = 0;
  const running = (async (): Promise<void> => {
    for await (const item of trainLoop(state)) {
      if ('type' in item && ++steps === 2) controller.abort(new Error('enough'));
    }
  })();
  await expect(running).rejects.toThrow('enough');
  expect(steps).toBe(2);
});
