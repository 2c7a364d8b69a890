import { rngFromSeed } from '@asfp/core';
import { expect, test } from 'vitest';
import { type Batch, type BatchSource, evalBatches, trainBatches } from './batches.ts';
import type { PixelSplit } from './dataset.ts';

const source: BatchSource = { height: 1, width: 1, channels: 2, mean: [0.5, 0.25], deviation: [0.5, 2] };

/** Seven images of one pixel, `[i, 100 + i]`, labelled i. */
const split: PixelSplit = {
  count: 7,
  pixels: Uint8Array.from({ length: 14 }, (_, i) => (i >> 1) + (i % 2) * 100),
  labels: Int32Array.from({ length: 7 }, (_, i) => i),
};

async function all(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const made: Batch[] = [];
  for await (const batch of batches) made.push(batch);
  return made;
}

test('an evaluation takes the first images in their order, normalised by channel', async () => {
  const batches = await all(evalBatches(source, split, { batchSize: 3, limit: 5 }));
  expect(batches.map(({ count }) => count)).toEqual([3, 2]);
  expect(batches.flatMap(({ labels }) => [...labels])).toEqual([0, 1, 2, 3, 4]);
  const expected = [0, 1, 2, 3, 4].flatMap((i) => [(i / 255 - 0.5) / 0.5, ((100 + i) / 255 - 0.25) / 2]);
  expect(batches.flatMap(({ images }) => [...images])).toEqual(expected.map(Math.fround));
});

test('an epoch takes every image once; the last batch is smaller', async () => {
  const epoch = async (name: string): Promise<number[][]> => {
    const options = { batchSize: 3, augmentation: 'none', rng: rngFromSeed(1).fork(name) } as const;
    return (await all(trainBatches(source, split, options))).map(({ labels }) => [...labels]);
  };
  const first = await epoch('epoch 1');
  expect(first.map((labels) => labels.length)).toEqual([3, 3, 1]);
  expect(new Set(first.flat())).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
  expect(await epoch('epoch 1')).toEqual(first);
  expect(await epoch('epoch 2')).not.toEqual(first);
});

test('how an image is varied depends on epoch and image, not on the batch it falls into', async () => {
  const size = { height: 9, width: 9, channels: 1, mean: [0], deviation: [1] };
  const images: PixelSplit = {
    count: 5,
    pixels: Uint8Array.from({ length: 405 }, (_, i) => (i * 37) % 251),
    labels: Int32Array.from([0, 1, 2, 3, 4]),
  };
  const byLabel = async (batchSize: number, epoch: string): Promise<number[][]> => {
    const found: number[][] = [];
    const options = { batchSize, augmentation: 'crop-flip', rng: rngFromSeed(1).fork(epoch) } as const;
    for await (const batch of trainBatches(size, images, options)) {
      batch.labels.forEach((label, i) => {
        found[label] = [...batch.images.subarray(i * 81, (i + 1) * 81)];
      });
    }
    return found;
  };
  expect(await byLabel(2, 'one')).toEqual(await byLabel(5, 'one'));
  expect(await byLabel(2, 'one')).not.toEqual(await byLabel(2, 'two'));
});

test('an evaluation takes 250 small images at once, of larger ones so many that 2^20 pixels are not exceeded', async () => {
  const sizesOf = async (side: number, count: number): Promise<number[]> => {
    const square = { height: side, width: side, channels: 1, mean: [0], deviation: [1] };
    const images = { count, pixels: new Uint8Array(count * side * side), labels: new Int32Array(count) };
    return (await all(evalBatches(square, images))).map((batch) => batch.count);
  };
  expect(await sizesOf(28, 600)).toEqual([250, 250, 100]);
  expect(await sizesOf(224, 45)).toEqual([20, 20, 5]);
  expect(await sizesOf(600, 17)).toEqual([16, 1]);
});
