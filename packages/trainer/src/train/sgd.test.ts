import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { createSgd } from './sgd.ts';

beforeAll(async () => {
  await chooseBackend('cpu');
});

const gradients = [
  [0.5, -1, 2],
  [0.25, 3, -1],
  [-2, 0, 0.125],
];

/** PyTorch's SGD in plain arithmetic: decay coupled into the gradient, velocity not damped, Nesterov's look ahead. */
function expectedWeights(rates: readonly number[], momentum: number, decay: number): number[] {
  const weights = [1, -2, 0.5];
  const velocity = [0, 0, 0];
  rates.forEach((rate, step) => {
    weights.forEach((weight, i) => {
      const g = (gradients[step]?.[i] as number) + decay * weight;
      velocity[i] = momentum * (velocity[i] as number) + g;
      weights[i] = weight - rate * (g + momentum * velocity[i]);
    });
  });
  return weights;
}

function makeVariable(): tf.Variable {
  return tf.tidy(() => tf.variable(tf.tensor1d([1, -2, 0.5])));
}

function takeStep(
  sgd: ReturnType<typeof createSgd>,
  variable: tf.Variable,
  step: number,
  rate: number,
): void {
  tf.tidy(() => {
    sgd.step({ [variable.name]: tf.tensor1d(gradients[step] as number[]) }, rate);
  });
}

test('three steps equal a computation by hand, weight decay and changing rates included', () => {
  const variable = makeVariable();
  const sgd = createSgd([{ name: 'w', variable }], { momentum: 0.9, weightDecay: 0.05 });
  const rates = [0.1, 0.1, 0.02];
  rates.forEach((rate, step) => {
    takeStep(sgd, variable, step, rate);
  });
  const expected = expectedWeights(rates, 0.9, 0.05);
  // Three steps of a dozen float32 operations on values below 4: 36 roundings of 2^-23 at most.
  [...variable.dataSync()].forEach((value, i) => {
    expect(Math.abs(value - (expected[i] as number))).toBeLessThan(4 * 36 * 2 ** -24);
  });
  sgd.dispose();
  variable.dispose();
});

test('momentum that was saved and put back goes on to the same bytes', async () => {
  const [whole, halved] = [makeVariable(), makeVariable()];
  const options = { momentum: 0.9, weightDecay: 0.05 };
  const first = createSgd([{ name: 'w', variable: whole }], options);
  const second = createSgd([{ name: 'w', variable: halved }], options);
  for (const step of [0, 1]) takeStep(first, whole, step, 0.1);
  takeStep(second, halved, 0, 0.1);
  const saved = await second.slots();
  second.dispose();
  const third = createSgd([{ name: 'w', variable: halved }], options);
  third.restore(saved);
  takeStep(third, halved, 1, 0.1);
  expect(halved.dataSync()).toEqual(whole.dataSync());
  first.dispose();
  third.dispose();
  tf.dispose([whole, halved]);
});

test('a step leaves no tensors behind', () => {
  const before = tf.memory().numTensors;
  const variable = makeVariable();
  const sgd = createSgd([{ name: 'w', variable }], { momentum: 0.9, weightDecay: 0.05 });
  const opened = tf.memory().numTensors;
  for (const step of [0, 1, 2]) takeStep(sgd, variable, step, 0.1);
  expect(tf.memory().numTensors).toBe(opened);
  sgd.dispose();
  variable.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
