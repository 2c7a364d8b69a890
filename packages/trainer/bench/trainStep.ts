// Measures whole training steps of ResNet-20: images per second, and whether memory stays flat.
// node_modules/.bin/tsx --conditions=dev packages/trainer/bench/trainStep.ts [--backend wasm] [--threads 1] [--batch 128] [--steps 10] [--profile]
import { parseArgs } from 'node:util';
import { rngFromSeed } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendRequest } from '../src/backend/backendNames.ts';
import { chooseBackend } from '../src/backend/chooseBackend.ts';
import { registerTrainingKernels } from '../src/backend/registerTrainingKernels.ts';
import { useFusedBatchNorm } from '../src/backend/useFusedBatchNorm.ts';
import { buildModel } from '../src/models/models.ts';

const { values: options } = parseArgs({
  options: {
    backend: { type: 'string', default: 'auto' },
    threads: { type: 'string' },
    batch: { type: 'string', default: '128' },
    steps: { type: 'string', default: '10' },
    profile: { type: 'boolean', default: false },
  },
});
const batch = Number(options.batch);
const threads = options.threads === undefined ? {} : { threads: Number(options.threads) };
const { name, version, device } = await chooseBackend(options.backend as BackendRequest, threads);
registerTrainingKernels();
const model = buildModel('resnet20', { height: 32, width: 32, channels: 3, classes: 10 }, rngFromSeed(1));
useFusedBatchNorm(model);
const images = tf.randomNormal([batch, 32, 32, 3], 0, 1, 'float32', 1);
const labels = tf.oneHot(
  tf.tensor1d(
    Array.from({ length: batch }, (_, i) => i % 10),
    'int32',
  ),
  10,
);
const optimizer = tf.train.momentum(0.1, 0.9, true);

/** Forward, loss, backward, Nesterov update; gives the loss. */
function step(): number {
  const loss = optimizer.minimize(() => {
    const logits = model.apply(images, { training: true }) as tf.Tensor;
    return tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar;
  }, true) as tf.Scalar;
  const [value] = loss.dataSync();
  loss.dispose();
  return value as number;
}

console.log(`${name} ${version}, ${device}; Node ${process.version}; batch ${batch}`);
// The engine compiles the kernels anew while they first run.
for (let i = 0; i < 3; i++) step();
const before = memory();
const cpuBefore = process.cpuUsage();
const times: number[] = [];
for (let i = 1; i <= Number(options.steps); i++) {
  const start = performance.now();
  const loss = step();
  const ms = performance.now() - start;
  times.push(ms);
  console.log(`step ${i}: loss ${loss.toFixed(4)}, ${ms.toFixed(0)} ms`);
}
const { user, system } = process.cpuUsage(cpuBefore);
times.sort((a, b) => a - b);
const rate = (ms: number | undefined): string =>
  `${(ms ?? 0).toFixed(1)} ms a step, ${((batch * 1000) / (ms ?? 0)).toFixed(1)} images/s`;
console.log(`median: ${rate(times[times.length >> 1])}`);
console.log(`fastest: ${rate(times[0])}`);
// What all threads together used: on a busy machine the steadier number.
const cpu = (user + system) / 1000 / times.length;
console.log(
  `processor time: ${cpu.toFixed(1)} ms a step, ${((batch * 1000) / cpu).toFixed(1)} images a processor second`,
);
console.log(`memory before the first of these steps: ${before}, after the last: ${memory()}`);
if (options.profile) await profile();

function memory(): string {
  const { numTensors, numBytes } = tf.memory();
  const heap = (tf.backend() as unknown as { wasm?: { HEAPU8: Uint8Array } }).wasm?.HEAPU8.length;
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return `${numTensors} tensors of ${mebibytes(numBytes)}${heap ? ` in a heap of ${mebibytes(heap)}` : ''}`;
}

/** Where the time of a step goes, by kernel; scopes count what is inside them once more. */
async function profile(): Promise<void> {
  const rows = new Map<string, { ms: number; count: number }>();
  const { kernels } = await tf.profile(() => void step());
  for (const kernel of kernels) {
    const row = rows.get(kernel.name) ?? { ms: 0, count: 0 };
    rows.set(kernel.name, { ms: row.ms + Number(kernel.kernelTimeMs), count: row.count + 1 });
  }
  for (const [kernel, { ms, count }] of [...rows].sort(([, a], [, b]) => b.ms - a.ms)) {
    console.log(`${ms.toFixed(1).padStart(7)} ms ${String(count).padStart(4)} × ${kernel}`);
  }
}
