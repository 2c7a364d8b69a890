// Knows a small network with all that the CIFAR ResNets and MobileNets are made of, and one step of its training.
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { useFusedBatchNorm } from '../useFusedBatchNorm.ts';
import { noise, noiseValues } from './onBothBackends.ts';

const apply = (layer: tfl.layers.Layer, x: tfl.SymbolicTensor | tfl.SymbolicTensor[]): tfl.SymbolicTensor =>
  layer.apply(x) as tfl.SymbolicTensor;

/** A residual net with all that the CIFAR ResNets and MobileNets are made of, on pictures of 12 x 12. */
export function buildSmallNet(): tfl.LayersModel {
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

/** The cross-entropy of six pictures. */
export function lossOf(model: tfl.LayersModel): tf.Scalar {
  const labels = tf.oneHot(tf.tensor1d([3, 1, 4, 1, 5, 9], 'int32'), 10);
  const logits = model.apply(noise([6, 12, 12, 3], 70), { training: true }) as tf.Tensor;
  return tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar;
}

/** The variables behind the trainable weights. */
export function variablesOf(model: tfl.LayersModel): tf.Variable[] {
  return model.trainableWeights.map((weight) => (weight as unknown as { val: tf.Variable }).val);
}

/** The loss of one step, and the gradient of every variable. */
export function lossAndGradients(): tf.Tensor[] {
  const model = buildSmallNet();
  useFusedBatchNorm(model);
  const variables = variablesOf(model);
  const { value, grads } = tf.variableGrads(() => lossOf(model), variables);
  const kept = [value, ...variables.map(({ name }) => tf.clone(grads[name] as tf.Tensor))];
  model.dispose();
  return kept;
}
