// Knows TensorFlow's fused operations by their definition, in float64, so that kernels which call them by name are tested without it.
import * as tf from '@tensorflow/tfjs-core';
import type { OpAttribute, TensorflowBackend } from '../tensorflow/tensorflowBackend.ts';

type Execute = Pick<TensorflowBackend, 'binding' | 'executeSingleOutput' | 'executeMultipleOutputs'>;

/** What tfjs-node's backend adds to a backend, computed in plain loops; tensors are those of the current backend. */
export const standInTensorflow: Execute = {
  binding: {
    ...{ TF_FLOAT: 1, TF_ATTR_TYPE: 2, TF_ATTR_FLOAT: 3, TF_ATTR_STRING: 4, TF_ATTR_BOOL: 5 },
    isUsingGpuDevice: () => false,
  },
  executeSingleOutput: (name, attributes, inputs) => {
    const top = { ReluGrad: Number.POSITIVE_INFINITY, Relu6Grad: 6 }[name];
    if (top === undefined) throw new Error(`the stand-in has no operation ${name}`);
    expectAttributes(attributes, { T: 1 });
    const [dy, x] = inputs.map(read) as [Float64Array, Float64Array];
    const slope = dy.map((value, i) => ((x[i] as number) > 0 && (x[i] as number) < top ? value : 0));
    return tf.tensor(Float32Array.from(slope), inputs[0]?.shape);
  },
  executeMultipleOutputs: (name, attributes, inputs, count) => {
    const epsilon = attributes.find((each) => each.name === 'epsilon')?.value as number;
    expectAttributes(attributes, { T: 1, U: 1, epsilon, data_format: 'NHWC', is_training: true });
    const outputs = name === 'FusedBatchNormV3' ? normalize(inputs, epsilon) : gradients(inputs, epsilon);
    if (outputs.length !== count) throw new Error(`${name} has ${outputs.length} outputs, not ${count}`);
    return outputs;
  },
};

/** y, mean, unbiased variance; then mean, variance and nothing, for the gradient. */
function normalize(inputs: readonly tf.TensorInfo[], epsilon: number): tf.Tensor[] {
  const [x, scale, offset] = inputs.map(read) as [Float64Array, Float64Array, Float64Array];
  const channels = scale.length;
  const rows = x.length / channels;
  const mean = channelMeans(x, channels);
  const variance = channelMeans(
    x.map((value, i) => (value - (mean[i % channels] as number)) ** 2),
    channels,
  );
  const y = x.map((value, i) => {
    const c = i % channels;
    const factor = (scale[c] as number) / Math.sqrt((variance[c] as number) + epsilon);
    return (value - (mean[c] as number)) * factor + (offset[c] as number);
  });
  const unbiased = variance.map((value) => (value * rows) / Math.max(1, rows - 1));
  return [pictures(inputs[0], y), ...[mean, unbiased, mean, variance].map(vector), tf.tensor1d([0])];
}

/** The gradients of x, scale and offset, and two outputs that are nothing. */
function gradients(inputs: readonly tf.TensorInfo[], epsilon: number): tf.Tensor[] {
  const [dy, x, scale, mean, variance] = inputs.map(read) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const channels = scale.length;
  const rows = x.length / channels;
  const inverse = variance.map((value) => 1 / Math.sqrt(value + epsilon));
  const normalized = x.map(
    (value, i) => (value - (mean[i % channels] as number)) * (inverse[i % channels] as number),
  );
  const meanSlope = channelMeans(dy, channels);
  const meanProduct = channelMeans(
    dy.map((value, i) => value * (normalized[i] as number)),
    channels,
  );
  const dx = dy.map((value, i) => {
    const c = i % channels;
    const pull = (meanSlope[c] as number) + (normalized[i] as number) * (meanProduct[c] as number);
    return (value - pull) * (scale[c] as number) * (inverse[c] as number);
  });
  const sums = [meanProduct, meanSlope].map((means) => vector(means.map((value) => value * rows)));
  return [pictures(inputs[0], dx), ...sums, tf.tensor1d([]), tf.tensor1d([])];
}

function channelMeans(values: Float64Array, channels: number): Float64Array {
  const sums = new Float64Array(channels);
  values.forEach((value, i) => {
    (sums[i % channels] as number) += value;
  });
  return sums.map((sum) => (sum * channels) / values.length);
}

function read(info: tf.TensorInfo): Float64Array {
  return Float64Array.from((info as tf.Tensor).dataSync<'float32'>());
}

function vector(values: Float64Array): tf.Tensor {
  return tf.tensor1d(Float32Array.from(values));
}

/** The fused operations take nothing but `[n, h, w, c]`. */
function pictures(info: tf.TensorInfo | undefined, values: Float64Array): tf.Tensor {
  if (info?.shape.length !== 4) throw new Error(`expected four axes, found [${info?.shape.join(', ')}]`);
  return tf.tensor(Float32Array.from(values), info.shape);
}

function expectAttributes(attributes: readonly OpAttribute[], expected: Record<string, unknown>): void {
  const found = Object.fromEntries(attributes.map(({ name, value }) => [name, value]));
  if (JSON.stringify(found) !== JSON.stringify(expected))
    throw new Error(`the attributes ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
}
