// Measures the ways to spell a reordering of channels on tfjs's wasm backend.
// pnpm exec tsx --conditions=dev test/bench/shuffleSpelling.ts
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

const rounds = 200;

async function main(): Promise<void> {
  await tf.setBackend('wasm');
  for (const [size, channels, groups] of [
    [28, 116, 2],
    [14, 232, 2],
    [28, 240, 3],
    [7, 464, 2],
  ] as const) {
    const each = channels / groups;
    const x = tf.randomNormal([1, size, size, channels]) as tf.Tensor4D;
    const order = Array.from({ length: channels }, (_, i) => (i % groups) * each + Math.floor(i / groups));
    const indices = tf.tensor1d(order, 'int32');
    const selecting = tf.tensor4d(
      Array.from({ length: channels }, (_, from) => order.map((one) => (one === from ? 1 : 0))).flat(),
      [1, 1, channels, channels],
    );
    const ways: Readonly<Record<string, () => tf.Tensor>> = {
      'reshape, transpose, reshape': () =>
        tf.reshape(tf.transpose(tf.reshape(x, [1, size, size, groups, each]), [0, 1, 2, 4, 3]), [
          1,
          size,
          size,
          channels,
        ]),
      'conv 1×1': () => tf.conv2d(x, selecting, 1, 'valid'),
      gather: () => tf.gather(x, indices, 3),
    };
    for (const [name, way] of Object.entries(ways)) {
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const begun = performance.now();
        const result = tf.tidy(way);
        result.dataSync();
        times.push(performance.now() - begun);
        result.dispose();
      }
      const median = times.sort((a, b) => a - b)[rounds / 2] as number;
      process.stdout.write(
        `${size}×${size}×${channels}, ${groups} groups  ${name.padEnd(28)} ${median.toFixed(3)} ms\n`,
      );
    }
    tf.dispose([x, indices, selecting]);
  }
}

void main();
