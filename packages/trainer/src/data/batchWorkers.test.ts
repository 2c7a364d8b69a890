import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Rng, rngFromSeed } from '@asfp/core';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../testing/failureOf.ts';
import { tempFolder } from '../testing/tempFolder.ts';
import { augmentations } from './augment.ts';
import { type Batch, type BatchSource, trainBatches } from './batches.ts';
import { type BatchWorkers, openBatchWorkers } from './batchWorkers.ts';
import type { FileSplit, ImageSplit, PixelSplit } from './dataset.ts';
import type { BatchTask } from './makeBatch.ts';

const shape = { height: 16, width: 16, channels: 3, mean: [0.5, 0.4, 0.3], deviation: [0.5, 0.6, 0.7] };

function open(count: number): BatchWorkers {
  const workers = openBatchWorkers(count);
  onTestFinished(workers.close);
  return workers;
}

/** The threads, and how many batches they have been asked for. */
function counted(pool: BatchWorkers): { readonly workers: BatchWorkers; readonly asked: () => number } {
  let asked = 0;
  const make: BatchWorkers['make'] = (task) => {
    asked++;
    return pool.make(task);
  };
  return { workers: { ...pool, make }, asked: () => asked };
}

function noise(length: number, rng: Rng): Uint8Array {
  return Uint8Array.from({ length }, () => rng.int(256));
}

/** Files of several sizes, all noise. */
async function writeFiles(count: number): Promise<FileSplit> {
  const folder = tempFolder(onTestFinished);
  const rng = rngFromSeed(2);
  const files: string[] = [];
  for (let i = 0; i < count; i++) {
    const [height, width] = [40 + rng.int(60), 40 + rng.int(60)];
    const path = join(folder, `${i}.${i % 2 === 0 ? 'jpg' : 'png'}`);
    await sharp(noise(height * width * 3, rng), { raw: { height, width, channels: 3 } }).toFile(path);
    files.push(path);
  }
  return { count, files, view: 'centre', labels: Int32Array.from(files, (_, i) => i) };
}

function pixelSplit(count: number): PixelSplit {
  const labels = Int32Array.from({ length: count }, (_, i) => i);
  return { count, pixels: noise(count * 16 * 16 * 3, rngFromSeed(3)), labels };
}

async function epoch(
  source: BatchSource,
  split: ImageSplit,
  augmentation: BatchTask['augmentation'],
): Promise<Batch[]> {
  const batches: Batch[] = [];
  const options = { batchSize: 5, augmentation, rng: rngFromSeed(9).fork('epoch 3') };
  for await (const batch of trainBatches(source, split, options)) batches.push(batch);
  return batches;
}

test('any number of threads makes the batches that none makes, from files and from memory', async () => {
  const splits = [await writeFiles(23), pixelSplit(23)];
  const pools = [open(1), open(3)];
  for (const split of splits) {
    for (const augmentation of augmentations) {
      const here = await epoch(shape, split, augmentation);
      expect(here.map(({ count }) => count)).toEqual([5, 5, 5, 5, 3]);
      expect(new Set(here.flatMap(({ labels }) => [...labels])).size).toBe(23);
      for (const pool of pools) {
        const { workers, asked } = counted(pool);
        expect(await epoch({ ...shape, workers }, split, augmentation)).toEqual(here);
        expect(asked()).toBe(5);
      }
    }
  }
});

test('no more than a few batches are made ahead of a consumer that takes its time', async () => {
  const { workers, asked } = counted(open(2));
  let taken = 0;
  for await (const batch of trainBatches({ ...shape, workers }, pixelSplit(60), {
    batchSize: 2,
    augmentation: 'crop-flip',
    rng: rngFromSeed(1),
  })) {
    expect(batch.count).toBe(2);
    taken++;
    await new Promise((resolve) => setTimeout(resolve, 2));
    // Four in hand or waiting, besides the one that is used.
    expect(asked()).toBe(Math.min(30, taken + 4));
  }
  expect(taken).toBe(30);
});

test('batches come while the consumer leaves its own thread no turn', async () => {
  const workers = open(1);
  const times: bigint[] = [];
  let done = 0;
  const watched: BatchWorkers = {
    ...workers,
    make: async (task) => {
      const images = await workers.make(task);
      done++;
      return images;
    },
  };
  const batches = trainBatches({ ...shape, workers: watched }, pixelSplit(40), {
    batchSize: 10,
    augmentation: 'none',
    rng: rngFromSeed(1),
  });
  await batches.next();
  // What an arithmetic step does to the event loop: nothing is heard, yet the other thread works on.
  const until = process.hrtime.bigint() + 300_000_000n;
  while (process.hrtime.bigint() < until) times[0] = until;
  const before = done;
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(done - before).toBe(2);
  await batches.return();
});

test('a broken picture ends the epoch with its name, whichever thread met it', async () => {
  const split = await writeFiles(12);
  const path = split.files[7] as string;
  writeFileSync(path, 'broken');
  for (const workers of [undefined, open(2)]) {
    const failure = await failureOf(() => epoch({ ...shape, workers }, split, 'resized-crop'));
    expect(failure.message).toBe(
      `${path}: expected a whole JPEG or PNG image, found Input buffer contains unsupported image format. Replace or remove the file`,
    );
  }
});

test('whoever stops in the middle, and a thread that ends, leave nobody waiting', async () => {
  const workers = openBatchWorkers(1);
  const source = { ...shape, workers };
  const options = { batchSize: 2, augmentation: 'none', rng: rngFromSeed(1) } as const;
  for await (const batch of trainBatches(source, pixelSplit(20), options)) {
    expect(batch.count).toBe(2);
    break;
  }
  const batches = trainBatches(source, pixelSplit(20), options);
  const first = batches.next();
  await workers.close();
  await expect(first).rejects.toThrow('internal: a thread that makes batches has ended');
  await expect(epoch(source, pixelSplit(20), 'none')).rejects.toThrow(
    'internal: a thread that makes batches has ended',
  );
});
