import { type EpochEvent, l2Norm, rngFromSeed, weakest } from '@asfp/core';
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
  return {
    model,
    optimizer,
    dataset,
    epochsDone: 0,
    zeroed: {},
    returned: {},
    rng: rngFromSeed(1),
    ...changes,
  };
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

test.each(['left', 'masked'] as const)(
  'batch norm %s: hardened, what is zero stays zero, momentum and all, and the rest learns on',
  async (batchNorm) => {
    const settings = tinySettings({ epochs: 4, rate: 0.4, harden: 0.5, batchNorm, schedule: 'constant' });
    const state = makeState({ settings });
    const convs = convLayers(state.model);
    const soft: EpochDone[] = [];
    let steps = 0;
    let kernels: Float32Array[] = [];
    for await (const item of trainLoop(state)) {
      if (!('type' in item)) {
        soft.push(item);
        kernels = await Promise.all(convs.map(({ kernel }) => kernel.data<'float32'>()));
        continue;
      }
      if (item.epoch <= 2) continue;
      steps++;
      const zeroed = soft[1]?.zeroed ?? {};
      for (const { name, kernel, norm } of convs) {
        const values = await toHost(kernel);
        const zeros = [...l2Norm(values)].flatMap((length, filter) => (length === 0 ? [filter] : []));
        expect(zeros).toEqual(zeroed[name]);
        if (batchNorm === 'left' || norm === undefined) continue;
        const gamma = await norm.gamma.data();
        expect([...gamma].flatMap((value, filter) => (value === 0 ? [filter] : []))).toEqual(zeroed[name]);
      }
    }
    expect(steps).toBe(2 * 4);
    const [, second, third, fourth] = soft;
    expect(fourth?.zeroed).toEqual(second?.zeroed);
    expect(third?.event).toMatchObject({ rate: 0.4, zeroFilters: 92, returnedFilters: 0 });
    expect(third?.event.accuracyAfter).toBe(third?.event.accuracyBefore);
    expect(second?.event.everReturned).toBe(second?.event.returnedFilters);
    expect(fourth?.event.everReturned).toBe(second?.event.everReturned);
    const last = await Promise.all(convs.map(({ kernel }) => kernel.data<'float32'>()));
    expect(last).toEqual(kernels);
  },
);

test('taylor: an epoch without pruning gives each filter the mean of (Σ w · ∂L/∂w)² over its steps', async () => {
  const settings = tinySettings({ epochs: 1, rate: 0.4, criterion: 'taylor', batchSize: 32 });
  const state = makeState({ settings });
  const conv = convLayers(state.model)[0] as ReturnType<typeof convLayers>[number];
  const before = await toHost(conv.kernel);
  // One step without weight decay and momentum's past moves each weight by −lr · (1 + μ) · g.
  const plain = { ...settings, weightDecay: 0, clipRatio: null, rate: 0 };
  const probe = makeState({ settings: plain });
  const probed = convLayers(probe.model)[0] as typeof conv;
  let after = before;
  for await (const item of trainLoop(probe)) if ('type' in item) after = await toHost(probed.kernel);
  const sums = new Float64Array(conv.filters);
  before.values.forEach((weight, at) => {
    sums[at % conv.filters] =
      (sums[at % conv.filters] as number) + weight * ((after.values[at] as number) - weight);
  });
  const changes = sums.map((sum) => sum * sum);
  const { zeroed } = (await lastOf(state)) as EpochDone;
  expect(zeroed[conv.name]).toEqual(weakest(changes, 6));
});

async function lastOf(state: LoopState): Promise<EpochDone | undefined> {
  let last: EpochDone | undefined;
  await runLoop(state, (done) => {
    last = done;
  });
  return last;
}

test.each([{ criterion: 'taylor' }, { harden: 0.5, batchNorm: 'masked' }, { coupling: 'grouped' }] as const)(
  'no tensors are left behind by an epoch with %o',
  async (changes) => {
    const counts: number[] = [];
    await runLoop(makeState({ settings: tinySettings({ epochs: 4, ...changes }) }), () => {
      counts.push(tf.memory().numTensors);
    });
    expect(counts).toHaveLength(4);
    expect(new Set(counts).size).toBe(1);
  },
);

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
