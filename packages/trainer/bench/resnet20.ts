// Knows the ResNet-20 of the CIFAR experiments, built of standard tfjs layers, for the benches here.
import * as tfl from '@tensorflow/tfjs-layers';

/** ResNet of 6·3+2 layers, widths 16, 32, 64, option-A shortcuts; input `[n, 32, 32, 3]`, output ten logits. */
export function resnet20(): tfl.LayersModel {
  const input = tfl.input({ shape: [32, 32, 3] });
  const conv = (x: tfl.SymbolicTensor, filters: number, strides: number): tfl.SymbolicTensor =>
    tfl.layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 }).apply(
      tfl.layers
        .conv2d({
          filters,
          strides,
          kernelSize: 3,
          padding: 'same',
          useBias: false,
          kernelInitializer: 'heNormal',
        })
        .apply(x),
    ) as tfl.SymbolicTensor;
  const relu = (x: tfl.SymbolicTensor): tfl.SymbolicTensor =>
    tfl.layers.activation({ activation: 'relu' }).apply(x) as tfl.SymbolicTensor;
  let x = relu(conv(input, 16, 1));
  for (const [stage, width] of [16, 32, 64].entries()) {
    for (let block = 0; block < 3; block++) {
      const strides = stage > 0 && block === 0 ? 2 : 1;
      const branch = conv(relu(conv(x, width, strides)), width, 1);
      const shortcut = strides === 1 ? x : widen(x, width / 2);
      x = relu(tfl.layers.add().apply([branch, shortcut]) as tfl.SymbolicTensor);
    }
  }
  const pooled = tfl.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }).apply(x);
  const logits = tfl.layers.dense({ units: 10 }).apply(pooled) as tfl.SymbolicTensor;
  return tfl.model({ inputs: input, outputs: logits });
}

/** Halves height and width and appends zero channels, as the paper's parameter-free shortcut does. */
function widen(x: tfl.SymbolicTensor, extra: number): tfl.SymbolicTensor {
  const apply = (layer: tfl.layers.Layer, y: tfl.SymbolicTensor): tfl.SymbolicTensor =>
    layer.apply(y) as tfl.SymbolicTensor;
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
