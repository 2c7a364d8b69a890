// Knows the training loop: epochs of steps, evaluation, prune, evaluation; tells what happens, and prints nothing.
import {
  AsfpError,
  assertInternal,
  type EpochEvent,
  type Rng,
  type RunSettings,
  type StepEvent,
} from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { trainableVariables } from '../bridge/modelWeights.ts';
import { type Batch, trainBatches } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import { convLayers } from '../prune/convLayers.ts';
import { pruneDuring, type ZeroedFilters } from '../prune/pruneDuring.ts';
import { breathe } from './breathe.ts';
import { clipFilters } from './clipFilters.ts';
import { startClock } from './clock.ts';
import { crossEntropy, scoreLogits } from './crossEntropy.ts';
import { evaluate } from './evaluate.ts';
import { learningRateAt } from './learningRate.ts';
import type { Sgd } from './sgd.ts';

/** What the loop works on; model and optimizer are changed in place. */
export interface LoopState {
  readonly model: LayersModel;
  readonly optimizer: Sgd;
  readonly dataset: Dataset;
  readonly settings: RunSettings;
  /** Epochs that are done already. */
  readonly epochsDone: number;
  /** What the last prune zeroed. */
  readonly zeroed: ZeroedFilters;
  /** Forked for each epoch, never advanced: an epoch's numbers do not depend on where a run was interrupted. */
  readonly rng: Rng;
  readonly signal?: AbortSignal | undefined;
}

/** One epoch done: its event, and what its prune zeroed. */
export interface EpochDone {
  readonly event: EpochEvent;
  readonly zeroed: ZeroedFilters;
}

/**
 * Trains the epochs that are left. Yields each step, then each epoch; the next one begins when the consumer asks for it, so
 * whatever it writes down in between is that epoch's state. Throws AsfpError `loss-not-finite`, or the signal's reason.
 */
export async function* trainLoop(state: LoopState): AsyncGenerator<StepEvent | EpochDone> {
  const { model, dataset, settings, signal } = state;
  const { epochs } = settings;
  const evalOptions = { limit: settings.evalLimit ?? undefined, signal };
  const convs = convLayers(model);
  let zeroed = state.zeroed;
  for (let epoch = state.epochsDone + 1; epoch <= epochs; epoch++) {
    const clock = startClock();
    const learningRate = learningRateAt(settings, epoch - 1);
    const trained = yield* trainEpoch(state, epoch, learningRate);
    const trainedMs = clock();
    const before = await evaluate(model, dataset, dataset.test, evalOptions);
    const prune = await pruneDuring(convs, settings, epoch, zeroed);
    // Nothing zeroed is nothing changed.
    const after =
      prune.zeroFilters === 0 ? before : await evaluate(model, dataset, dataset.test, evalOptions);
    zeroed = prune.zeroed;
    yield {
      event: {
        type: 'epoch',
        epoch,
        epochs,
        learningRate,
        loss: trained.loss,
        trainAccuracy: trained.accuracy,
        accuracyBefore: before.accuracy,
        accuracyAfter: after.accuracy,
        evalImages: after.count,
        rate: prune.rate,
        zeroFilters: prune.zeroFilters,
        totalFilters: prune.totalFilters,
        returnedFilters: prune.returnedFilters,
        imagesPerSecond: perSecond(dataset.train.count, trainedMs),
        seconds: clock() / 1000,
      },
      zeroed,
    };
  }
}

interface TrainedEpoch {
  readonly loss: number;
  readonly accuracy: number;
}

async function* trainEpoch(
  state: LoopState,
  epoch: number,
  learningRate: number,
): AsyncGenerator<StepEvent, TrainedEpoch> {
  const { dataset, settings } = state;
  const { count } = dataset.train;
  const steps = Math.ceil(count / settings.batchSize);
  const clock = startClock();
  let [step, seen, lossSum, right] = [0, 0, 0, 0];
  const batches = trainBatches(dataset, dataset.train, {
    batchSize: settings.batchSize,
    augmentation: settings.augmentation,
    rng: state.rng.fork(`epoch ${epoch}`),
  });
  for (const batch of batches) {
    step++;
    const result = await trainStep(state, batch, learningRate);
    if (!Number.isFinite(result.loss)) {
      throw new AsfpError({
        code: 'loss-not-finite',
        where: `epoch ${epoch}, step ${step} of ${steps}`,
        expected: 'a finite loss',
        found: String(result.loss),
        cure: `Lower the learning rate, which is ${learningRate}; the last checkpoint is intact`,
      });
    }
    seen += batch.count;
    lossSum += result.loss * batch.count;
    right += result.right;
    const imagesPerSecond = perSecond(seen, clock());
    yield { type: 'step', epoch, step, steps, loss: result.loss, imagesPerSecond };
    await breathe(state.signal);
  }
  return { loss: lossSum / count, accuracy: right / count };
}

/** One step of gradient descent; gives the batch's mean loss before the step, and its right answers. */
async function trainStep(
  { model, optimizer, dataset, settings }: LoopState,
  batch: Batch,
  learningRate: number,
): Promise<{ readonly loss: number; readonly right: number }> {
  const { height, width, channels, labels } = dataset;
  const logits = tf.tidy(() => {
    const images = tf.tensor4d(batch.images, [batch.count, height, width, channels]);
    const truth = tf.tensor2d(oneHot(batch.labels, labels.length), [batch.count, labels.length]);
    let output: tf.Tensor2D | undefined;
    const variables = trainableVariables(model);
    const { grads } = tf.variableGrads(
      () => {
        output = tf.keep(model.apply(images, { training: true }) as tf.Tensor2D);
        return crossEntropy(output, truth);
      },
      variables.map(({ variable }) => variable),
    );
    const { clipRatio } = settings;
    optimizer.step(clipRatio === null ? grads : clipFilters(grads, variables, clipRatio), learningRate);
    assertInternal(output, 'the gradient was taken without a forward pass');
    return output;
  });
  const scores = scoreLogits(await logits.data<'float32'>(), batch.labels);
  logits.dispose();
  return { loss: scores.lossSum / batch.count, right: scores.right };
}

/** `[n]` labels → `[n, classes]` */
function oneHot(marks: Int32Array, classes: number): Float32Array {
  const rows = new Float32Array(marks.length * classes);
  marks.forEach((label, i) => {
    rows[i * classes + label] = 1;
  });
  return rows;
}

function perSecond(count: number, milliseconds: number): number {
  return count / (milliseconds / 1000);
}
