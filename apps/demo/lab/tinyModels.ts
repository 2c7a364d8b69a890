// Knows one tiny classifier as a GraphModel and as a LayersModel, and what it computes: plain loops over the weights.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ModelCard, rngFromSeed } from '@asfp/core';

/** Input side, channels, filters, classes. */
const SIDE = 4;
const IN = 3;
const FILTERS = 3;
const CLASSES = 4;

const WEIGHTS = [
  { name: 'conv/kernel', shape: [3, 3, IN, FILTERS] },
  { name: 'conv/bias', shape: [FILTERS] },
  { name: 'dense/kernel', shape: [FILTERS, CLASSES] },
  { name: 'dense/bias', shape: [CLASSES] },
] as const;

/** Numbers of one picture. */
export const tinyInputSize: number = SIDE * SIDE * IN;

/** All weights one after another, float32, from a fixed seed. */
function tinyWeights(): Float32Array<ArrayBuffer> {
  const rng = rngFromSeed(7);
  const count = WEIGHTS.reduce((sum, { shape }) => sum + shape.reduce((a: number, b) => a * b, 1), 0);
  return Float32Array.from({ length: count }, () => rng.normal());
}

/** Writes the GraphModel into a folder; its address there is `NAME/model.json`. */
export function writeTinyGraph(
  folder: string,
  name: string,
  options: { readonly extraOp?: string } = {},
): void {
  const { extraOp } = options;
  const weights = tinyWeights();
  const float = { type: { type: 'DT_FLOAT' } };
  const constant = (node: string): object => ({ name: node, op: 'Const', attr: float });
  const node = (id: string, op: string, input: string[], attr: object = {}): object => ({
    name: id,
    op,
    input,
    attr: { T: { type: 'DT_FLOAT' }, ...attr },
  });
  const ints = (...values: number[]): object => ({ list: { i: values.map(String) } });
  const text = (value: string): object => ({ s: Buffer.from(value).toString('base64') });
  const dims = ['-1', `${SIDE}`, `${SIDE}`, `${IN}`].map((size) => ({ size }));
  const topology = {
    versions: { producer: 1, minConsumer: 1 },
    library: {},
    node: [
      {
        name: 'x',
        op: 'Placeholder',
        attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim: dims } } },
      },
      ...WEIGHTS.map((weight) => constant(weight.name)),
      constant('axes'),
      node('conv', '_FusedConv2D', ['x', 'conv/kernel', 'conv/bias'], {
        strides: ints(1, 1, 1, 1),
        dilations: ints(1, 1, 1, 1),
        padding: text('SAME'),
        data_format: text('NHWC'),
        num_args: { i: '1' },
        fused_ops: { list: { s: ['BiasAdd', 'Relu'].map((op) => Buffer.from(op).toString('base64')) } },
      }),
      node('pool', 'Mean', ['conv', 'axes'], { keep_dims: { b: false } }),
      node('dense', 'MatMul', ['pool', 'dense/kernel'], {
        transpose_a: { b: false },
        transpose_b: { b: false },
      }),
      node('scores', 'BiasAdd', ['dense', 'dense/bias']),
      node('y', extraOp ?? 'Softmax', ['scores']),
    ],
  };
  const bytes = Buffer.concat([Buffer.from(weights.buffer), Buffer.from(Int32Array.of(1, 2).buffer)]);
  const card: ModelCard = {
    format: 'asfp.model-card/1',
    input: { height: SIDE, width: SIDE, channels: IN, mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] },
    labels: ['north', 'east', 'south', 'west'],
    cost: { macs: 16 * 81 + 12, params: 100, bytes: 400 },
    shards: { 'weights.bin': createHash('sha256').update(bytes).digest('hex') },
  };
  write(join(folder, name), bytes, {
    format: 'graph-model',
    generatedBy: 'test',
    convertedBy: null,
    signature: { inputs: { x: { name: 'x:0' } }, outputs: { y: { name: 'y:0' } } },
    modelTopology: topology,
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: [
          ...WEIGHTS.map((weight) => ({ ...weight, dtype: 'float32' })),
          { name: 'axes', shape: [2], dtype: 'int32' },
        ],
      },
    ],
    userDefinedMetadata: { asfp: card },
  });
}

/** Writes the same network as a LayersModel. */
export function writeTinyLayers(folder: string, name: string): void {
  const layer = (className: string, config: object): object => ({ class_name: className, config });
  const topology = {
    class_name: 'Sequential',
    keras_version: 'tfjs-layers 4.22.0',
    backend: 'tensor_flow.js',
    config: {
      name: 'tiny',
      layers: [
        layer('Conv2D', {
          name: 'conv',
          filters: FILTERS,
          kernel_size: [3, 3],
          strides: [1, 1],
          padding: 'same',
          data_format: 'channels_last',
          dilation_rate: [1, 1],
          activation: 'relu',
          use_bias: true,
          batch_input_shape: [null, SIDE, SIDE, IN],
          dtype: 'float32',
        }),
        layer('GlobalAveragePooling2D', { name: 'pool', data_format: 'channels_last' }),
        layer('Dense', { name: 'dense', units: CLASSES, activation: 'softmax', use_bias: true }),
      ],
    },
  };
  write(join(folder, name), Buffer.from(tinyWeights().buffer), {
    format: 'layers-model',
    generatedBy: 'test',
    convertedBy: null,
    modelTopology: topology,
    weightsManifest: [
      { paths: ['weights.bin'], weights: WEIGHTS.map((weight) => ({ ...weight, dtype: 'float32' })) },
    ],
  });
}

/** What the network answers for pictures `[n, 4, 4, 3]`: probabilities `[n, 4]`, in double precision. */
export function tinyAnswer(pictures: readonly number[]): number[] {
  const weights = tinyWeights();
  const starts = [0, 81, 84, 96];
  const at = (block: number, index: number): number => weights[(starts[block] as number) + index] as number;
  const answers: number[] = [];
  for (let n = 0; n < pictures.length / tinyInputSize; n++) {
    const pooled = new Array<number>(FILTERS).fill(0);
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        for (let f = 0; f < FILTERS; f++) {
          let sum = at(1, f);
          for (let ky = 0; ky < 3; ky++) {
            for (let kx = 0; kx < 3; kx++) {
              const [row, column] = [y + ky - 1, x + kx - 1];
              if (row < 0 || row >= SIDE || column < 0 || column >= SIDE) continue;
              for (let c = 0; c < IN; c++) {
                const pixel = pictures[((n * SIDE + row) * SIDE + column) * IN + c] as number;
                sum += pixel * at(0, ((ky * 3 + kx) * IN + c) * FILTERS + f);
              }
            }
          }
          pooled[f] = (pooled[f] as number) + Math.max(sum, 0) / (SIDE * SIDE);
        }
      }
    }
    const scores = Array.from({ length: CLASSES }, (_, k) =>
      pooled.reduce((sum, value, f) => sum + value * at(2, f * CLASSES + k), at(3, k)),
    );
    const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
    answers.push(...scores.map((score) => Math.exp(score) / total));
  }
  return answers;
}

function write(folder: string, weights: Uint8Array, model: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'weights.bin'), weights);
  writeFileSync(join(folder, 'model.json'), JSON.stringify(model));
}
