import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { computeNorm, normReference, normShapes, worstNormError } from './testing/normCases.ts';
import { onBothBackends } from './testing/onBothBackends.ts';
import { tensorflowPlayers } from './testing/onTensorflow.ts';

for (const relu of [false, true]) {
  test.each(Object.entries(normShapes))(`${relu ? 'with ReLU' : 'alone'}: %s`, async (_, shape) => {
    const expected = normReference({ shape, relu });
    const { wasm, cpu, ran } = await onBothBackends(() => computeNorm({ shape, relu }));
    expect(ran).toEqual([
      ...['normMoments', 'normApply', 'normMoments', 'normApply'],
      ...['normGradSums', 'normGradInput'],
    ]);
    const rows = tf.util.sizeFromShape([...shape]) / (shape.at(-1) as number);
    expect(worstNormError(wasm, expected, rows)).toBeLessThan(2e-6);
    // There the sums of up to 20,000 numbers are gathered in float32, one after the other.
    expect(worstNormError(cpu, expected, rows)).toBeLessThan(2e-5);
  });
}

test('a mean far from zero costs no digits of the variance', async () => {
  const each = { shape: [8, 20, 20, 16], relu: false, offset: 100 };
  const expected = normReference(each);
  const { wasm } = await onBothBackends(() => computeNorm(each));
  // Float32 itself moves an input near 100, and its mean, by up to 4e-6.
  expect(worstNormError(wasm, expected, 8 * 20 * 20)).toBeLessThan(2e-5);
});

for (const player of tensorflowPlayers()) {
  test.each(
    [false, true].flatMap((relu) =>
      Object.entries(normShapes).map(([name, shape]) => ({ name, shape, relu })),
    ),
  )(`on ${player.name}: $name, ReLU $relu`, async ({ shape, relu }) => {
    const expected = normReference({ shape, relu });
    const { values, ran } = await player.run(() => computeNorm({ shape, relu }));
    expect(ran).toEqual([
      ...['FusedBatchNormV3', 'FusedBatchNormV3'],
      ...[...(relu ? ['ReluGrad'] : []), 'FusedBatchNormGradV3'],
    ]);
    // As on the cpu backend, TensorFlow gathers the sums in float32.
    const rows = tf.util.sizeFromShape([...shape]) / (shape.at(-1) as number);
    expect(worstNormError(values, expected, rows)).toBeLessThan(2e-5);
  });
}
