// Knows how fast a training step is on the current backend, roughly: for people who choose one.
import { rngFromSeed } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { registerTrainingKernels } from '../backend/registerTrainingKernels.ts';
import { useFusedBatchNorm } from '../backend/useFusedBatchNorm.ts';
import { trainableVariables } from '../bridge/modelWeights.ts';
import { buildModel } from '../models/models.ts';
import { startClock } from './clock.ts';
import { crossEntropy } from './crossEntropy.ts';
import { createSgd, type Sgd } from './sgd.ts';

const shape = { height: 32, width: 32, channels: 3, classes: 10 };

/** Where a step of one image takes longer than this, it is the measurement. */
const patienceMs = 300;

/** Images a second of one step of ResNet-8 on 32 × 32 pixels: 64 at once, or a single one on a slow backend. */
export async function stepSpeed(): Promise<number> {
  registerTrainingKernels();
  const model = buildModel('resnet8', shape, rngFromSeed(1));
  const optimizer = createSgd(trainableVariables(model), { momentum: 0.9, weightDecay: 5e-4 });
  try {
    useFusedBatchNorm(model);
    await timeStep(model, optimizer, 1);
    const single = await timeStep(model, optimizer, 1);
    if (single > patienceMs) return 1000 / single;
    await timeStep(model, optimizer, 64);
    return 64_000 / (await timeStep(model, optimizer, 64));
  } finally {
    optimizer.dispose();
    model.dispose();
  }
}

/** Milliseconds of one step, its loss read back. */
async function timeStep(model: LayersModel, optimizer: Sgd, batch: number): Promise<number> {
  const clock = startClock();
  const loss = tf.tidy(() => {
    const images = tf.fill<tf.Rank.R4>([batch, shape.height, shape.width, shape.channels], 0.5);
    const labels = tf.oneHot(tf.zeros([batch], 'int32'), shape.classes) as tf.Tensor2D;
    const { value, grads } = tf.variableGrads(
      () => crossEntropy(model.apply(images, { training: true }) as tf.Tensor2D, labels),
      trainableVariables(model).map(({ variable }) => variable),
    );
    optimizer.step(grads, 0.01);
    return value;
  });
  await loss.data();
  loss.dispose();
  return clock();
}
