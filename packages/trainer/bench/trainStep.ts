// Measures training steps of ResNet-20 on a backend: images per second, and whether memory stays flat.
import * as tf from '@tensorflow/tfjs-core';
import { chooseBackend } from '../src/backend/chooseBackend.ts';
import { registerTrainingKernels } from '../src/backend/registerTrainingKernels.ts';
import { useFusedBatchNorm } from '../src/backend/useFusedBatchNorm.ts';
import { resnet20 } from './resnet20.ts';

const batch = Number(process.argv[2] ?? 128);
const steps = Number(process.argv[3] ?? 5);
const profile = process.argv.includes('--profile');
const backend = await chooseBackend(
  (process.env['BACKEND'] as 'auto') ?? 'auto',
  process.env['THREADS'] ? { threads: Number(process.env['THREADS']) } : {},
);
registerTrainingKernels();
const model = resnet20();
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
const step = (): number => {
  const loss = optimizer.minimize(
    () =>
      tf.losses.softmaxCrossEntropy(
        labels,
        model.apply(images, { training: true }) as tf.Tensor,
      ) as tf.Scalar,
    true,
  ) as tf.Scalar;
  const value = loss.dataSync()[0] as number;
  loss.dispose();
  return value;
};
console.log(`${backend.name} ${backend.version}, ${backend.device}; Node ${process.version}; batch ${batch}`);
step();
step();
const tensors = tf.memory().numTensors;
const times: number[] = [];
for (let i = 0; i < steps; i++) {
  const start = performance.now();
  const loss = step();
  times.push(performance.now() - start);
  console.log(
    `step ${i + 1}: loss ${loss.toFixed(4)}, ${(times.at(-1) as number).toFixed(0)} ms, tensors ${tf.memory().numTensors}`,
  );
}
times.sort((a, b) => a - b);
const median = times[times.length >> 1] as number;
console.log(
  `median ${median.toFixed(1)} ms a step, ${((batch * 1000) / median).toFixed(1)} images/s; tensors grew by ${tf.memory().numTensors - tensors}`,
);
if (profile) {
  const sums = new Map<string, [number, number]>();
  const { kernels } = await tf.profile(() => step());
  void kernels;
  const info = await tf.profile(() => void step());
  for (const k of info.kernels) {
    const ms = Number(k.kernelTimeMs);
    const row = sums.get(k.name) ?? [0, 0];
    sums.set(k.name, [row[0] + ms, row[1] + 1]);
  }
  for (const [name, [ms, n]] of [...sums].sort((a, b) => b[1][0] - a[1][0]))
    console.log(`${name} ${ms.toFixed(1)} ms ${n}`);
}
