// Measures how fast batches are made, with nothing else to do: pixels in memory, and JPEG files of photographs' size.
// node --conditions=dev --import tsx packages/trainer/bench/inputRate.ts [--threads 1] [--images 2048]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rngFromSeed } from '@asfp/core';
import { type BatchSource, trainBatches } from '../src/data/batches.ts';
import { openBatchWorkers } from '../src/data/batchWorkers.ts';
import type { FileSplit, ImageSplit, PixelSplit } from '../src/data/dataset.ts';
import { writePhotographs } from './writePhotographs.ts';

const { values: options } = parseArgs({
  options: { threads: { type: 'string', default: '1' }, images: { type: 'string', default: '2048' } },
});
const threads = Number(options.threads);
const images = Number(options.images);
const moments = { channels: 3, mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] };

async function rate(
  source: BatchSource,
  split: ImageSplit,
  augmentation: 'crop-flip' | 'resized-crop',
): Promise<number> {
  let count = 0;
  let begun = 0;
  for await (const batch of trainBatches(source, split, {
    batchSize: 128,
    augmentation,
    rng: rngFromSeed(1),
  })) {
    // The first batch pays for the thread's start.
    if (begun === 0) begun = performance.now();
    else count += batch.count;
  }
  return (1000 * count) / (performance.now() - begun);
}

const folder = await mkdtemp(join(tmpdir(), 'asfp-bench-'));
try {
  const rng = rngFromSeed(2);
  const many = images * 16;
  const small: PixelSplit = {
    count: many,
    pixels: Uint8Array.from({ length: many * 32 * 32 * 3 }, () => rng.int(256)),
    labels: new Int32Array(many),
  };
  const files = await writePhotographs(folder, 64);
  const large: FileSplit = {
    count: images,
    files: Array.from({ length: images }, (_, i) => files[i % files.length] as string),
    view: 'centre',
    labels: new Int32Array(images),
  };
  for (const count of [0, threads]) {
    const workers = count === 0 ? undefined : openBatchWorkers(count);
    const where = count === 0 ? 'this thread' : `${count} threads`;
    const cifar = await rate({ height: 32, width: 32, ...moments, workers }, small, 'crop-flip');
    console.log(`${where}: 32×32 from memory, crop-flip, ${cifar.toFixed(0)} images/s`);
    const imagenet = await rate({ height: 224, width: 224, ...moments, workers }, large, 'resized-crop');
    console.log(`${where}: 224×224 from JPEG of 500×375, resized-crop, ${imagenet.toFixed(0)} images/s`);
    await workers?.close();
  }
} finally {
  await rm(folder, { recursive: true });
}
