import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { chooseBackend } from './chooseBackend.ts';
import { registerTrainingKernels } from './registerTrainingKernels.ts';
import { largestError, noise, noiseValues, onBothBackends } from './testing/onBothBackends.ts';
import { tensorflowPlayers } from './testing/onTensorflow.ts';
import { useFusedBatchNorm } from './useFusedBatchNorm.ts';

const apply = (layer: tfl.layers.Layer, x: tfl.SymbolicTensor | tfl.SymbolicTensor[]): tfl.SymbolicTensor =>
  layer.apply(x) as tfl.SymbolicTensor;

/** A residual net with all that the CIFAR ResNets and MobileNets are made of, on pictures of 12 x 12. */
function build(): tfl.LayersModel {
  const conv = (x: tfl.SymbolicTensor, filters: number, strides = 1): tfl.SymbolicTensor =>
    apply(
      tfl.layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 }),
      apply(tfl.layers.conv2d({ filters, strides, kernelSize: 3, padding: 'same', useBias: false }), x),
    );
  const relu = (x: tfl.SymbolicTensor): tfl.SymbolicTensor =>
    apply(tfl.layers.activation({ activation: 'relu' }), x);
  const input = tfl.input({ shape: [12, 12, 3] });
  const stem = relu(conv(input, 8));
  const first = relu(apply(tfl.layers.add(), [conv(relu(conv(stem, 8)), 8), stem]));
  const second = relu(apply(tfl.layers.add(), [conv(relu(conv(first, 16, 2)), 16), widen(first, 8)]));
  const depthwise = apply(tfl.layers.depthwiseConv2d({ kernelSize: 3, padding: 'same' }), second);
  const third = apply(
    tfl.layers.maxPooling2d({ poolSize: 2 }),
    apply(tfl.layers.reLU({ maxValue: 6 }), depthwise),
  );
  const pooled = apply(tfl.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }), third);
  const model = tfl.model({ inputs: input, outputs: apply(tfl.layers.dense({ units: 10 }), pooled) });
  setWeights(model);
  return model;
}

function widen(x: tfl.SymbolicTensor, extra: number): tfl.SymbolicTensor {
  const halved = apply(tfl.layers.averagePooling2d({ poolSize: 1, strides: 2 }), x);
  const turned = apply(tfl.layers.permute({ dims: [1, 3, 2] }), halved);
  const padded = apply(
    tfl.layers.zeroPadding2d({
      padding: [
        [0, 0],
        [0, extra],
      ],
    }),
    turned,
  );
  return apply(tfl.layers.permute({ dims: [1, 3, 2] }), padded);
}

/** Kernels around zero, everything else around one. */
function setWeights(model: tfl.LayersModel): void {
  tf.tidy(() =>
    model.setWeights(
      model.getWeights().map((weight, i) => {
        const values = noiseValues(weight.size, i + 1);
        return tf.tensor(
          weight.rank > 1 ? values.map((v) => v * 0.4) : values.map((v) => 1 + v * 0.3),
          weight.shape,
        );
      }),
    ),
  );
}

function loss(model: tfl.LayersModel): tf.Scalar {
  const labels = tf.oneHot(tf.tensor1d([3, 1, 4, 1, 5, 9], 'int32'), 10);
  const logits = model.apply(noise([6, 12, 12, 3], 70), { training: true }) as tf.Tensor;
  return tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar;
}

function variablesOf(model: tfl.LayersModel): tf.Variable[] {
  return model.trainableWeights.map((weight) => (weight as unknown as { val: tf.Variable }).val);
}

/** The loss of one step, and the gradient of every variable. */
function lossAndGradients(): tf.Tensor[] {
  const model = build();
  useFusedBatchNorm(model);
  const variables = variablesOf(model);
  const { value, grads } = tf.variableGrads(() => loss(model), variables);
  const kept = [value, ...variables.map(({ name }) => tf.clone(grads[name] as tf.Tensor))];
  model.dispose();
  return kept;
}

test('the loss and every gradient of a residual net agree with the cpu backend', async () => {
  const { wasm, cpu, ran } = await onBothBackends(lossAndGradients);
  expect(new Set(ran)).toEqual(
    new Set([
      ...['winogradConv', 'winogradFilterSums', 'unrolledConv', 'unrolledFilterSums', 'unrolledInputGrad'],
      ...['normMoments', 'normApply', 'normGradSums', 'normGradInput', 'relu', 'reluGrad', 'add'],
      ...['averagePoolGrad', 'maxPoolGrad', 'depthwiseInputGrad', 'depthwiseFilterSums'],
    ]),
  );
  for (const [i, values] of cpu.entries()) {
    expect(largestError(wasm[i] as Float32Array, values)).toBeLessThan(1e-4);
  }
});

test.each(tensorflowPlayers())('the same on $name', async (player) => {
  const { cpu } = await onBothBackends(lossAndGradients);
  const { values, ran } = await player.run(lossAndGradients);
  const count = (name: string): number => ran.filter((each) => each === name).length;
  // Three of the ReLUs are taken in by the normalisation before them.
  expect([count('FusedBatchNormV3'), count('FusedBatchNormGradV3'), count('ReluGrad')]).toEqual([5, 5, 6]);
  for (const [i, expected] of cpu.entries()) {
    expect(largestError(values[i] as Float32Array, expected)).toBeLessThan(1e-4);
  }
});

test('twenty steps leave no tensor behind, let no memory grow, and learn', async () => {
  await chooseBackend('wasm', { threads: 2 });
  registerTrainingKernels();
  const model = build();
  useFusedBatchNorm(model);
  const optimizer = tf.train.momentum(0.05, 0.9, true);
  const step = (): number => {
    const value = optimizer.minimize(() => loss(model), true, variablesOf(model)) as tf.Scalar;
    const [number] = value.dataSync();
    value.dispose();
    return number as number;
  };
  const first = step();
  step();
  const measure = (): object => ({ ...tf.memory(), heap: heapBytes() });
  const before = measure();
  let last = first;
  for (let i = 0; i < 20; i++) last = step();
  expect(measure()).toEqual(before);
  expect(last).toBeLessThan(first / 2);
  optimizer.dispose();
  model.dispose();
});

function heapBytes(): number {
  return (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
}
