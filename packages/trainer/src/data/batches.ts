// Knows how images become the batches of a training epoch, and those of an evaluation, a few of them made ahead.
import { type Rng, rngFromSeed, shuffledOrder } from '@asfp/core';
import type { Augmentation } from './augment.ts';
import type { BatchWorkers } from './batchWorkers.ts';
import type { Dataset, ImageSplit } from './dataset.ts';
import { type BatchTask, makeBatch } from './makeBatch.ts';

/** Normalised images with their labels. */
export interface Batch {
  readonly count: number;
  /** `[count, h, w, c]`, `(pixel / 255 − mean) / deviation`. */
  readonly images: Float32Array;
  /** `[count]` */
  readonly labels: Int32Array;
}

/** What is needed of a data set to make batches. */
export interface BatchSource extends Pick<Dataset, 'height' | 'width' | 'channels' | 'mean' | 'deviation'> {
  /** The threads that make batches; without them this one does. The batches are the same. */
  readonly workers?: BatchWorkers | undefined;
}

/**
 * The batches of one training epoch, every image once, in an order and with variations that depend on the generator alone.
 * The last batch is smaller where the count does not divide; none is dropped. Throws AsfpError `image-broken`.
 */
export async function* trainBatches(
  source: BatchSource,
  split: ImageSplit,
  options: { readonly batchSize: number; readonly augmentation: Augmentation; readonly rng: Rng },
): AsyncGenerator<Batch, void, undefined> {
  const order = shuffledOrder(split.count, options.rng.fork('order'));
  const { batchSize, augmentation } = options;
  yield* makeAhead(source, split, order, { batchSize, augmentation, rng: options.rng.fork('augment') });
}

/**
 * The first `limit` images of a split in their order, unvaried; all of them without a limit. Batches are of 250 images, of
 * larger images fewer. Throws AsfpError `image-broken`.
 */
export async function* evalBatches(
  source: BatchSource,
  split: ImageSplit,
  options: { readonly batchSize?: number | undefined; readonly limit?: number | undefined } = {},
): AsyncGenerator<Batch, void, undefined> {
  const count = Math.min(options.limit ?? split.count, split.count);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  yield* makeAhead(source, split, order, {
    batchSize: options.batchSize ?? usualBatch(source),
    augmentation: 'none',
    rng: rngFromSeed(0),
  });
}

/** Images evaluated at once: what a network makes of them on the way must fit into memory too. */
function usualBatch({ height, width }: BatchSource): number {
  return Math.max(16, Math.min(250, Math.floor(2 ** 20 / (height * width))));
}

/** Bytes of batches that wait. */
const waitingBytes = 2 ** 30;

/** Batches that are being made while one is used: each thread has one in hand and one waiting, as far as memory allows. */
function aheadOf({ workers, height, width, channels }: BatchSource, batchSize: number): number {
  if (workers === undefined) return 1;
  const room = Math.floor(waitingBytes / (batchSize * height * width * channels * 4));
  return Math.max(2, Math.min(2 * workers.count, room));
}

/** The batches in order; no more than a few are made before they are asked for. */
async function* makeAhead(
  source: BatchSource,
  split: ImageSplit,
  order: Int32Array,
  options: { readonly batchSize: number; readonly augmentation: Augmentation; readonly rng: Rng },
): AsyncGenerator<Batch, void, undefined> {
  const { batchSize, augmentation } = options;
  const { height, width, channels, mean, deviation, workers } = source;
  const shape = { height, width, channels, mean, deviation };
  const rng = options.rng.state();
  const make = workers === undefined ? makeBatch : workers.make;
  const waiting: { readonly positions: Int32Array; readonly images: Promise<Float32Array> }[] = [];
  const ahead = aheadOf(source, batchSize);
  let from = 0;
  const begin = (): void => {
    const positions = order.slice(from, from + batchSize);
    from += batchSize;
    const images = make({ ...shape, images: imagesOf(split, positions), positions, augmentation, rng });
    // Whoever stops early never asks for it: its failure must not end the process.
    images.catch(() => {});
    waiting.push({ positions, images });
  };
  while (from < order.length || waiting.length > 0) {
    while (from < order.length && waiting.length < ahead) begin();
    const first = waiting.shift();
    if (first === undefined) return;
    const images = await first.images;
    // What was taken is made up for before it is used: the threads never wait for the consumer to come back.
    if (from < order.length) begin();
    const labels = Int32Array.from(first.positions, (position) => split.labels[position] as number);
    yield { count: labels.length, images, labels };
  }
}

/** What a task says of the images at some positions. */
function imagesOf(split: ImageSplit, positions: Int32Array): BatchTask['images'] {
  if ('files' in split) {
    return { files: Array.from(positions, (position) => split.files[position] as string), view: split.view };
  }
  const size = split.pixels.length / split.count;
  const bytes = new Uint8Array(positions.length * size);
  positions.forEach((position, i) => {
    bytes.set(split.pixels.subarray(position * size, (position + 1) * size), i * size);
  });
  return bytes;
}
