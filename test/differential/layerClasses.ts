// Knows every layer class that tfjs-layers has: a model with it that is read, or why it is refused.
import {
  model as functional,
  input,
  type LayersModel,
  layers,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';

type Layer = ReturnType<typeof layers.dense>;
type Build = () => LayersModel;

/** Feeds images `[6, 6, 3]` through layers, one after the other. */
function image(made: () => readonly unknown[]): Build {
  return () => rowOf([6, 6, 3], made());
}

/** Feeds rows `[8, 3]`. */
function row(made: () => readonly unknown[]): Build {
  return () => rowOf([8, 3], made());
}

/** Feeds features `[5]`. */
function features(made: () => readonly unknown[]): Build {
  return () => rowOf([5], made());
}

function rowOf(shape: number[], made: readonly unknown[]): LayersModel {
  const start = input({ shape });
  let value = start;
  for (const layer of made) value = (layer as Layer).apply(value) as SymbolicTensor;
  return functional({ inputs: start, outputs: value });
}

/** Feeds an image through a convolution, and what it gives together with a gate for each channel of it. */
function gated(merge: () => unknown): Build {
  return () => {
    const start = input({ shape: [6, 6, 3] });
    const wide = layers.conv2d({ filters: 4, kernelSize: 3 }).apply(start) as SymbolicTensor;
    const gate = layers.globalAveragePooling2d({}).apply(wide) as SymbolicTensor;
    return functional({
      inputs: start,
      outputs: (merge() as Layer).apply([wide, gate]) as SymbolicTensor,
    });
  };
}

/** Feeds an image through two convolutions, and both together. */
function paired(merge: () => unknown): Build {
  return () => {
    const start = input({ shape: [6, 6, 3] });
    const both = [1, 2].map(
      () => layers.conv2d({ filters: 4, kernelSize: 3 }).apply(start) as SymbolicTensor,
    );
    return functional({ inputs: start, outputs: (merge() as Layer).apply(both) as SymbolicTensor });
  };
}

/** Models of every class that is read; all are held against plain tfjs. */
export const readClasses: Readonly<Record<string, readonly Build[]>> = {
  Activation: [
    image(() => [layers.activation({ activation: 'relu6' })]),
    row(() => [layers.dense({ units: 4 }), layers.activation({ activation: 'logSoftmax' as 'softmax' })]),
  ],
  Add: [paired(layers.add), gated(layers.add)],
  AlphaDropout: [features(() => [layers.alphaDropout({ rate: 0.5 })])],
  Average: [paired(layers.average), gated(layers.average)],
  AveragePooling1D: [
    row(() => [layers.averagePooling1d({ poolSize: 3, strides: 2, padding: 'same' })]),
    row(() => [layers.averagePooling1d({})]),
  ],
  AveragePooling2D: [
    image(() => [layers.averagePooling2d({ poolSize: [3, 2], strides: 1, padding: 'same' })]),
  ],
  BatchNormalization: [
    image(() => [layers.batchNormalization({})]),
    row(() => [
      layers.conv1d({ filters: 4, kernelSize: 3 }),
      layers.batchNormalization({ axis: 2, scale: false }),
    ]),
    features(() => [
      layers.dense({ units: 4 }),
      layers.batchNormalization({ axis: 1, center: false, epsilon: 0.1 }),
    ]),
  ],
  CenterCrop: [
    image(() => [layers.centerCrop({ height: 4, width: 4 })]),
    image(() => [layers.centerCrop({ height: 3, width: 2 })]),
    image(() => [layers.centerCrop({ height: 6, width: 6 }), layers.conv2d({ filters: 2, kernelSize: 3 })]),
    image(() => [layers.centerCrop({ height: 5, width: 3 })]),
  ],
  Concatenate: [paired(layers.concatenate), paired(() => layers.concatenate({ axis: 1 }))],
  Conv1D: [
    row(() => [
      layers.conv1d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }),
      layers.conv1d({ filters: 2, kernelSize: 2, useBias: false, activation: 'selu' }),
    ]),
    row(() => [layers.conv1d({ filters: 4, kernelSize: 3, dilationRate: 2 })]),
  ],
  Conv2D: [
    image(() => [layers.conv2d({ filters: 4, kernelSize: [3, 2], dilationRate: 2, padding: 'same' })]),
  ],
  Conv2DTranspose: [
    image(() => [layers.conv2dTranspose({ filters: 4, kernelSize: 2, strides: 3, padding: 'valid' })]),
    image(() => [layers.conv2dTranspose({ filters: 4, kernelSize: 4, strides: 2, padding: 'same' })]),
  ],
  Cropping2D: [
    image(() => [layers.cropping2D({ cropping: 1 as unknown as [number, number] })]),
    image(() => [layers.cropping2D({ cropping: [2, 1] })]),
  ],
  Dense: [
    row(() => [layers.dense({ units: 4, activation: 'softmax' })]),
    features(() => [layers.dense({ units: 4, activation: 'gelu' as 'relu' })]),
  ],
  DepthwiseConv2D: [
    image(() => [
      layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, strides: 2, padding: 'same' }),
      layers.depthwiseConv2d({ kernelSize: [2, 3], useBias: false, activation: 'relu6' as 'relu' }),
    ]),
  ],
  Dot: [
    () => {
      const start = input({ shape: [5] });
      const both = [1, 2].map(() => layers.dense({ units: 4 }).apply(start) as SymbolicTensor);
      return functional({
        inputs: start,
        outputs: layers.dot({ axes: -1 }).apply(both) as SymbolicTensor,
      });
    },
  ],
  Dropout: [features(() => [layers.dropout({ rate: 0.5 })])],
  ELU: [image(() => [layers.elu()])],
  Flatten: [image(() => [layers.flatten()]), row(() => [layers.flatten()])],
  GaussianDropout: [features(() => [layers.gaussianDropout({ rate: 0.5 })])],
  GaussianNoise: [features(() => [layers.gaussianNoise({ stddev: 0.5 })])],
  GlobalAveragePooling1D: [row(() => [layers.globalAveragePooling1d({})])],
  GlobalAveragePooling2D: [image(() => [layers.globalAveragePooling2d({})])],
  GlobalMaxPooling1D: [row(() => [layers.globalMaxPooling1d({})])],
  GlobalMaxPooling2D: [image(() => [layers.globalMaxPooling2d({})])],
  InputLayer: [features(() => [])],
  LayerNormalization: [
    row(() => [layers.layerNormalization({})]),
    image(() => [layers.layerNormalization({ center: false })]),
  ],
  LeakyReLU: [image(() => [layers.leakyReLU()]), image(() => [layers.leakyReLU({ alpha: 0.1 })])],
  MaxPooling1D: [row(() => [layers.maxPooling1d({ poolSize: 3, strides: 1 })])],
  MaxPooling2D: [image(() => [layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })])],
  Maximum: [paired(layers.maximum), gated(layers.maximum)],
  Minimum: [paired(layers.minimum), gated(layers.minimum)],
  Multiply: [paired(layers.multiply), gated(layers.multiply)],
  PReLU: [
    image(() => [layers.prelu({ sharedAxes: [1, 2] })]),
    image(() => [layers.prelu({})]),
    row(() => [layers.prelu({ sharedAxes: [1] })]),
  ],
  Permute: [
    image(() => [layers.permute({ dims: [3, 1, 2] })]),
    row(() => [layers.permute({ dims: [2, 1] })]),
  ],
  ReLU: [
    image(() => [layers.reLU()]),
    image(() => [layers.reLU({ maxValue: 0.5 })]),
    image(() => [layers.reLU({ maxValue: 6 })]),
  ],
  RepeatVector: [features(() => [layers.dense({ units: 3 }), layers.repeatVector({ n: 4 })])],
  Rescaling: [image(() => [layers.rescaling({ scale: 0.5, offset: -1 })])],
  Reshape: [
    image(() => [layers.reshape({ targetShape: [36, 3] })]),
    image(() => [layers.reshape({ targetShape: [-1, 9] }), layers.dense({ units: 2 })]),
  ],
  SeparableConv2D: [
    image(() => [layers.separableConv2d({ filters: 4, kernelSize: 3, depthMultiplier: 2, dilationRate: 2 })]),
  ],
  Softmax: [
    features(() => [layers.softmax()]),
    image(() => [layers.softmax({ axis: -1 })]),
    row(() => [layers.softmax({ axis: 2 })]),
  ],
  SpatialDropout1D: [row(() => [layers.spatialDropout1d({ rate: 0.5 })])],
  UpSampling2D: [
    image(() => [layers.upSampling2d({})]),
    image(() => [layers.upSampling2d({ size: [3, 2], interpolation: 'bilinear' })]),
  ],
  ZeroPadding2D: [
    image(() => [layers.zeroPadding2d({ padding: 1 as unknown as [number, number] })]),
    image(() => [layers.zeroPadding2d({ padding: [1, 2] })]),
    image(() => [
      layers.zeroPadding2d({
        padding: [
          [0, 1],
          [2, 0],
        ],
      }),
    ]),
  ],
};

/** The classes that are refused by name. */
export const refusedClasses: readonly string[] = [
  'AveragePooling3D',
  'Bidirectional',
  'CategoryEncoding',
  'Conv3D',
  'Conv3DTranspose',
  'ConvLSTM2D',
  'ConvLSTM2DCell',
  'Embedding',
  'GRU',
  'GRUCell',
  'LSTM',
  'LSTMCell',
  'Masking',
  'MaxPooling3D',
  'RNN',
  'RandomWidth',
  'Resizing',
  'SimpleRNN',
  'SimpleRNNCell',
  'StackedRNNCells',
  'ThresholdedReLU',
  'TimeDistributed',
];
