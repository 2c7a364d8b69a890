import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { largestError, noise, noiseValues, onBothBackends } from './testing/onBothBackends.ts';
import { useFusedBatchNorm } from './useFusedBatchNorm.ts';

const apply = (layer: tfl.layers.Layer, x: tfl.SymbolicTensor | tfl.SymbolicTensor[]): tfl.SymbolicTensor =>
  layer.apply(x) as tfl.SymbolicTensor;
const norm = (x: tfl.SymbolicTensor, options: object = {}): tfl.SymbolicTensor =>
  apply(tfl.layers.batchNormalization({ momentum: 0.8, ...options }), x);
const relu = (x: tfl.SymbolicTensor): tfl.SymbolicTensor =>
  apply(tfl.layers.activation({ activation: 'relu' }), x);

/** One normalisation that only a ReLU consumes, one that two layers consume, one with a ReLU layer, one that ends the model. */
function build(): tfl.LayersModel {
  const input = tfl.input({ shape: [6, 6, 3] });
  const conv = tfl.layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', useBias: false });
  const alone = relu(norm(apply(conv, input)));
  const shared = norm(alone);
  const sum = apply(tfl.layers.add(), [shared, relu(shared)]);
  const cut = apply(tfl.layers.reLU({}), norm(sum, { center: true, axis: 3 }));
  const model = tfl.model({ inputs: input, outputs: norm(cut) });
  model.setWeights(
    tf.tidy(() =>
      model.getWeights().map((weight, i) => {
        const values = noiseValues(weight.size, i + 1).map((value) => value * 0.4 + 0.6);
        return tf.tensor(values, weight.shape);
      }),
    ),
  );
  return model;
}

/** The output, every gradient and every weight after one call in training. */
function trainOnce(model: tfl.LayersModel): tf.Tensor[] {
  const x = noise([4, 6, 6, 3], 50);
  const weight = noise([4, 6, 6, 8], 51);
  let output: tf.Tensor | undefined;
  const { grads } = tf.variableGrads(() => {
    output = tf.keep(model.apply(x, { training: true }) as tf.Tensor);
    return tf.sum(tf.mul(output, weight)) as tf.Scalar;
  });
  const gradients = model.trainableWeights.map((weight) => grads[variableOf(weight).name] as tf.Tensor);
  const result = [output as tf.Tensor, ...gradients, ...model.getWeights()].map((tensor) => tf.clone(tensor));
  output?.dispose();
  return result;
}

/** tfjs-layers hides the variable inside a weight from its types alone. */
function variableOf(weight: object): tf.Variable {
  return (weight as { val: tf.Variable }).val;
}

/** The same with a model of its own, plain on the cpu backend and fused on wasm, or the other way round. */
function once(fusedOn: 'wasm' | 'cpu'): tf.Tensor[] {
  const model = build();
  if (tf.getBackend() === fusedOn) useFusedBatchNorm(model);
  const result = trainOnce(model);
  model.dispose();
  return result;
}

test.each(['wasm', 'cpu'] as const)('fused on %s, plain on the other: the same numbers', async (fusedOn) => {
  const { wasm, cpu, ran } = await onBothBackends(() => once(fusedOn));
  const count = (kernel: string): number => ran.filter((name) => name === kernel).length;
  // Where fused, two of the three ReLUs are taken in: the third one's input has two consumers.
  expect([count('normGradSums'), count('reluGrad')]).toEqual(fusedOn === 'wasm' ? [4, 1] : [0, 3]);
  expect(wasm).toHaveLength(1 + 9 + 17);
  for (const [i, values] of cpu.entries()) {
    expect(largestError(wasm[i] as Float32Array, values)).toBeLessThan(1e-4);
  }
});

test('inference, configuration and weights stay as they were; a second call changes nothing', async () => {
  await onBothBackends(() => {
    const model = build();
    const x = noise([2, 6, 6, 3], 60);
    const before = { text: JSON.stringify(model.toJSON(null, false)), y: infer(model, x) };
    expect(useFusedBatchNorm(model)).toBe(4);
    const calls = model.layers.map((layer) => Reflect.get(layer, 'call') as unknown);
    expect(useFusedBatchNorm(model)).toBe(4);
    expect(model.layers.map((layer) => Reflect.get(layer, 'call') as unknown)).toEqual(calls);
    expect({ text: JSON.stringify(model.toJSON(null, false)), y: infer(model, x) }).toEqual(before);
    model.dispose();
    return [];
  });
});

function infer(model: tfl.LayersModel, x: tf.Tensor): Float32Array {
  return (model.apply(x, { training: false }) as tf.Tensor).dataSync<'float32'>();
}

test('a normalisation of another axis is left alone', async () => {
  await onBothBackends(() => {
    const input = tfl.input({ shape: [6, 6, 3] });
    const model = tfl.model({ inputs: input, outputs: norm(input, { axis: 1 }) });
    expect(useFusedBatchNorm(model)).toBe(0);
    model.dispose();
    return [];
  });
});
