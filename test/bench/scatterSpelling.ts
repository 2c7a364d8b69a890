// Measures the ways to spell a scatter on tfjs's wasm backend, beside the convolution before it.
// pnpm exec tsx --conditions=dev test/bench/scatterSpelling.ts
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

const rounds = 300;

async function main(): Promise<void> {
  await tf.setBackend('wasm');
  for (const [size, narrow, wide] of [
    [32, 10, 16],
    [16, 20, 32],
    [8, 39, 64],
  ] as const) {
    const x = tf.randomNormal([1, size, size, narrow]) as tf.Tensor4D;
    const kernel = tf.randomNormal([3, 3, narrow, narrow]) as tf.Tensor4D;
    const uncut = tf.randomNormal([3, 3, narrow, wide]) as tf.Tensor4D;
    const positions = Array.from({ length: narrow }, (_, i) => Math.floor((i * wide) / narrow));
    const selecting = tf.tensor4d(
      positions.flatMap((position) => Array.from({ length: wide }, (_, c) => (c === position ? 1 : 0))),
      [1, 1, narrow, wide],
    );
    const indices = tf.tensor1d(
      Array.from({ length: wide }, (_, c) => (positions.includes(c) ? positions.indexOf(c) : narrow)),
      'int32',
    );
    const ways: Readonly<Record<string, () => tf.Tensor>> = {
      'conv 3×3': () => tf.conv2d(x, kernel, 1, 'same'),
      'conv 3×3, no filter cut': () => tf.conv2d(x, uncut, 1, 'same'),
      'scatter as conv 1×1': () => tf.conv2d(x, selecting, 1, 'valid'),
      'scatter of neighbours as pad': () =>
        tf.pad(x, [
          [0, 0],
          [0, 0],
          [0, 0],
          [0, wide - narrow],
        ]),
      'scatter as pad + gather': () =>
        tf.gather(
          tf.pad(x, [
            [0, 0],
            [0, 0],
            [0, 0],
            [0, 1],
          ]),
          indices,
          3,
        ),
    };
    const samples = new Map(Object.keys(ways).map((name) => [name, [] as number[]]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, way] of Object.entries(ways)) {
        const begun = performance.now();
        const result = tf.tidy(way);
        result.dataSync();
        samples.get(name)?.push(performance.now() - begun);
        result.dispose();
      }
    }
    const medians = [...samples].map(
      ([name, times]) => [name, times.sort((a, b) => a - b)[rounds / 2] as number] as const,
    );
    const base = medians[0]?.[1] ?? 1;
    for (const [name, ms] of medians) {
      process.stdout.write(
        `${size}×${size} ${narrow}→${wide}  ${name.padEnd(28)} ${ms.toFixed(4)} ms  ${(ms / base).toFixed(2)} of the convolution\n`,
      );
    }
    tf.dispose([x, kernel, uncut, selecting, indices]);
  }
}

void main();
