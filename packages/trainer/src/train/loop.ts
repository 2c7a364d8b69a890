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
import { type Batch, type BatchSource, trainBatches } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import { holdZeros, type ZeroHold } from '../prune/holdZeros.ts';
import { type PrunePlan, planPruning } from '../prune/planPruning.ts';
import { countFilters, pruneDuring, type ZeroedFilters } from '../prune/pruneDuring.ts';
import { softEpochs } from '../prune/softEpochs.ts';
import { type TaylorScores, taylorScores } from '../prune/taylorScores.ts';
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
  readonly dataset: Dataset & BatchSource;
  readonly settings: RunSettings;
  /** Epochs that are done already. */
  readonly epochsDone: number;
  /** What the last prune zeroed. */
  readonly zeroed: ZeroedFilters;
  /** Filters that have come back at least once. */
  readonly returned: ZeroedFilters;
  /** Forked for each epoch, never advanced: an epoch's numbers do not depend on where a run was interrupted. */
  readonly rng: Rng;
  readonly signal?: AbortSignal | undefined;
}

/** One epoch done: its event, what its prune zeroed, and what has ever come back. */
export interface EpochDone {
  readonly event: EpochEvent;
  readonly zeroed: ZeroedFilters;
  readonly returned: ZeroedFilters;
}

/**
 * Trains the epochs that are left. Yields each step, then each epoch; the next one begins when the consumer asks for it, so
 * whatever it writes down in between is that epoch's state. Throws AsfpError `loss-not-finite`, or the signal's reason.
 */
export async function* trainLoop(state: LoopState): AsyncGenerator<StepEvent | EpochDone> {
  const { model, dataset, settings, signal } = state;
  const { epochs } = settings;
  const evalOptions = { limit: settings.evalLimit ?? undefined, signal };
  const plan = await planPruning(model, settings);
  let { zeroed, returned } = state;
  for (let epoch = state.epochsDone + 1; epoch <= epochs; epoch++) {
    const clock = startClock();
    const learningRate = learningRateAt(settings, epoch - 1);
    const trained = yield* trainEpoch({ ...state, zeroed }, plan, epoch, learningRate);
    const trainedMs = clock();
    const before = await evaluate(model, dataset, dataset.test, evalOptions);
    const rng = state.rng.fork(`prune ${epoch}`);
    const { saliency } = trained;
    const prune = await pruneDuring(plan, settings, { epoch, before: zeroed, saliency, rng });
    // Nothing zeroed is nothing changed, nor is what was held at zero.
    const unchanged = prune.zeroFilters === 0 || epoch > softEpochs(settings);
    const after = unchanged ? before : await evaluate(model, dataset, dataset.test, evalOptions);
    zeroed = prune.zeroed;
    returned = together(returned, prune.returned);
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
        returnedFilters: countFilters(prune.returned),
        everReturned: countFilters(returned),
        imagesPerSecond: perSecond(dataset.train.count, trainedMs),
        seconds: clock() / 1000,
      },
      zeroed,
      returned,
    };
  }
}

/** The filters of both, ascending. */
function together(a: ZeroedFilters, b: ZeroedFilters): ZeroedFilters {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  const union = (name: string): number[] => [...new Set([...(a[name] ?? []), ...(b[name] ?? [])])];
  return Object.fromEntries([...names].map((name) => [name, union(name).sort((x, y) => x - y)]));
}

interface TrainedEpoch {
  readonly loss: number;
  readonly accuracy: number;
  readonly saliency: ReadonlyMap<string, Float64Array> | undefined;
}

/** What watches or changes an epoch's gradients. */
interface GradientHooks {
  /** Where the criterion wants gradients. */
  readonly taylor: TaylorScores | undefined;
  /** In hard epochs. */
  readonly hold: ZeroHold | undefined;
}

async function* trainEpoch(
  state: LoopState,
  plan: PrunePlan,
  epoch: number,
  learningRate: number,
): AsyncGenerator<StepEvent, TrainedEpoch> {
  const { settings, zeroed, optimizer } = state;
  const isHard = epoch > softEpochs(settings);
  const hooks: GradientHooks = {
    taylor: settings.criterion === 'taylor' && !isHard ? taylorScores(plan.layers) : undefined,
    hold: isHard ? await holdZeros(plan, zeroed, optimizer, settings.batchNorm) : undefined,
  };
  try {
    const sums = yield* trainSteps(state, hooks, epoch, learningRate);
    return { ...sums, saliency: await hooks.taylor?.read() };
  } finally {
    hooks.taylor?.dispose();
    hooks.hold?.dispose();
  }
}

async function* trainSteps(
  state: LoopState,
  hooks: GradientHooks,
  epoch: number,
  learningRate: number,
): AsyncGenerator<StepEvent, Pick<TrainedEpoch, 'loss' | 'accuracy'>> {
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
  for await (const batch of batches) {
    step++;
    const result = await trainStep(state, hooks, batch, learningRate);
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
    yield { type: 'step', epoch, epochs: settings.epochs, step, steps, loss: result.loss, imagesPerSecond };
    await breathe(state.signal);
  }
  return { loss: lossSum / count, accuracy: right / count };
}

/** One step of gradient descent; gives the batch's mean loss before the step, and its right answers. */
async function trainStep(
  { model, optimizer, dataset, settings }: LoopState,
  { taylor, hold }: GradientHooks,
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
    taylor?.add(grads);
    const { clipRatio } = settings;
    const clipped = clipRatio === null ? grads : clipFilters(grads, variables, clipRatio);
    optimizer.step(hold?.mask(clipped) ?? clipped, learningRate);
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
