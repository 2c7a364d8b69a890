// Knows how one batch is made of its images: decoded, varied, normalised; here or in another thread.
import { type Rng, rngFromState } from '@asfp/core';
import {
  type Augmentation,
  drawArea,
  drawVariation,
  unvaried,
  type Variation,
  writeVaried,
} from './augment.ts';
import type { View } from './dataset.ts';
import { openPicture, resizePart } from './decodePicture.ts';

/** All that decides a batch's images; plain data, so that it can be sent to another thread. */
export interface BatchTask {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** `[count, h, w, c]` bytes, or files. */
  readonly images: Uint8Array | { readonly files: readonly string[]; readonly view: View };
  /** Which images of the split they are, `[count]`: their variations depend on it, not on the batch. */
  readonly positions: Int32Array;
  readonly augmentation: Augmentation;
  /** State of the epoch's generator of variations. */
  readonly rng: ReturnType<Rng['state']>;
}

/** Files of a batch decoded at the same time. */
const decoders = 4;

/** Normalised images `[count, h, w, c]`, which depend on the task alone. Throws AsfpError `image-broken`. */
export async function makeBatch(task: BatchTask): Promise<Float32Array<ArrayBuffer>> {
  const { positions, height, width, channels } = task;
  const table = normalTable(task);
  const size = height * width * channels;
  const images = new Float32Array(positions.length * size);
  let next = 0;
  const makeNext = async (): Promise<void> => {
    while (next < positions.length) {
      const i = next++;
      const rng = rngFromState(task.rng).fork(String(positions[i]));
      const shown = showImage(task, i, rng);
      // Pixels in memory are there at once: a promise for each image would cost as much as the image.
      const [pixels, variation] = shown instanceof Promise ? await shown : shown;
      writeVaried(pixels, task, variation, table, images, i * size);
    }
  };
  // All of them end before the first failure is told: none goes on unseen.
  const ended = await Promise.allSettled(Array.from({ length: decoders }, makeNext));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return images;
}

type Shown = readonly [pixels: Uint8Array, variation: Variation];

function showImage(task: BatchTask, i: number, rng: Rng): Shown | Promise<Shown> {
  const { images, height, width, channels, augmentation } = task;
  if (!(images instanceof Uint8Array)) return showFile(images.files[i] as string, images.view, task, rng);
  const size = height * width * channels;
  const pixels = images.subarray(i * size, (i + 1) * size);
  if (augmentation !== 'resized-crop') return [pixels, drawVariation(augmentation, rng)];
  const [area, variation] = drawCrop(task, rng);
  return resizePart(pixels, task, area, task).then((part) => [part, variation]);
}

async function showFile(path: string, view: View, task: BatchTask, rng: Rng): Promise<Shown> {
  const picture = await openPicture(path);
  if (task.augmentation !== 'resized-crop') {
    return [await picture.show(view, task), drawVariation(task.augmentation, rng)];
  }
  const [area, variation] = drawCrop(picture, rng);
  return [await picture.show(area, task), variation];
}

function drawCrop(
  picture: { readonly height: number; readonly width: number },
  rng: Rng,
): [ReturnType<typeof drawArea>, Variation] {
  const area = drawArea(picture, rng);
  return [area, { ...unvaried, mirrored: rng.next() < 0.5 }];
}

/** The normalised value of each byte of each channel, `[c, 256]`. */
function normalTable({ channels, mean, deviation }: BatchTask): Float32Array {
  const table = new Float32Array(channels * 256);
  for (let c = 0; c < channels; c++) {
    for (let pixel = 0; pixel < 256; pixel++) {
      table[c * 256 + pixel] = (pixel / 255 - (mean[c] as number)) / (deviation[c] as number);
    }
  }
  return table;
}
