// Knows how images become the batches of a training epoch, and those of an evaluation.
import { type Rng, shuffledOrder } from '@asfp/core';
import { type Augmentation, drawVariation, type Variation, writeVaried } from './augment.ts';
import { type Dataset, type ImageSplit, imageAt } from './dataset.ts';

/** Normalised images with their labels. */
export interface Batch {
  readonly count: number;
  /** `[count, h, w, c]`, `(pixel / 255 − mean) / deviation`. */
  readonly images: Float32Array;
  /** `[count]` */
  readonly labels: Int32Array;
}

/** What is needed of a data set to make batches. */
export type BatchSource = Pick<Dataset, 'height' | 'width' | 'channels' | 'mean' | 'deviation'>;

const unvaried: Variation = { top: 0, left: 0, mirrored: false };

/**
 * The batches of one training epoch, every image once, in an order and with variations that depend on the generator alone.
 * The last batch is smaller where the count does not divide; none is dropped.
 */
export function* trainBatches(
  source: BatchSource,
  split: ImageSplit,
  options: { readonly batchSize: number; readonly augmentation: Augmentation; readonly rng: Rng },
): Generator<Batch> {
  const order = shuffledOrder(split.count, options.rng.fork('order'));
  const varying = options.rng.fork('augment');
  const vary = (position: number): Variation =>
    drawVariation(options.augmentation, varying.fork(String(position)));
  yield* makeBatches(source, split, order, options.batchSize, vary);
}

/** The first `limit` images of a split in their order, unvaried; all of them without a limit. */
export function* evalBatches(
  source: BatchSource,
  split: ImageSplit,
  options: { readonly batchSize: number; readonly limit?: number | undefined },
): Generator<Batch> {
  const count = Math.min(options.limit ?? split.count, split.count);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  yield* makeBatches(source, split, order, options.batchSize, () => unvaried);
}

function* makeBatches(
  source: BatchSource,
  split: ImageSplit,
  order: Int32Array,
  batchSize: number,
  vary: (position: number) => Variation,
): Generator<Batch> {
  const table = normalTable(source);
  const size = source.height * source.width * source.channels;
  for (let from = 0; from < order.length; from += batchSize) {
    const positions = order.subarray(from, from + batchSize);
    const images = new Float32Array(positions.length * size);
    const labels = new Int32Array(positions.length);
    for (let i = 0; i < positions.length; i++) {
      const position = positions[i] as number;
      labels[i] = split.labels[position] as number;
      writeVaried(imageAt(split, position), source, vary(position), table, images, i * size);
    }
    yield { count: positions.length, images, labels };
  }
}

/** The normalised value of each byte of each channel, `[c, 256]`. */
function normalTable({ channels, mean, deviation }: BatchSource): Float32Array {
  const table = new Float32Array(channels * 256);
  for (let c = 0; c < channels; c++) {
    for (let pixel = 0; pixel < 256; pixel++) {
      table[c * 256 + pixel] = (pixel / 255 - (mean[c] as number)) / (deviation[c] as number);
    }
  }
  return table;
}
