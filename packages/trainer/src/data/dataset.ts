// Knows the shapes of image data: pixels in memory or files on disk, labels, and how pixels become a network's input.
import { AsfpError } from '@asfp/core';

/** Images of one kind, decoded once. */
export interface PixelSplit {
  readonly count: number;
  /** `[count, h, w, c]`, 0 … 255. */
  readonly pixels: Uint8Array;
  /** `[count]`, positions in the data set's labels. */
  readonly labels: Int32Array;
}

/** Images of one kind that stay on disk and are decoded whenever they are needed. */
export interface FileSplit {
  readonly count: number;
  /** `[count]` JPEG or PNG files. */
  readonly files: readonly string[];
  /** What an unvaried image shows of its file. */
  readonly view: View;
  /** `[count]`, positions in the data set's labels. */
  readonly labels: Int32Array;
}

/**
 * What of a picture is shown where it is not varied: the whole, stretched to the size, or the middle, after the shorter side
 * was brought to 256/224 of the size.
 */
export type View = 'whole' | 'centre';

/** Images of one kind. */
export type ImageSplit = PixelSplit | FileSplit;

/** A data set for classification. The first n images of each split are a fair sample of its classes. */
export interface Dataset<Split extends ImageSplit = ImageSplit> {
  readonly name: string;
  /** Why this one was taken, what was tried before it included. */
  readonly why: string;
  /** The folder or the generator that the images came from. */
  readonly source: string;
  readonly train: Split;
  readonly test: Split;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly labels: readonly string[];
  /** Mean of pixel / 255, per channel. */
  readonly mean: readonly number[];
  /** Standard deviation of pixel / 255, per channel. */
  readonly deviation: readonly number[];
}

/** The data sets by name, as users type them. */
export const datasetNames = ['fashion-mnist', 'cifar10', 'cifar100', 'mnist', 'folder', 'synthetic'] as const;

/** The name of one data set. */
export type DatasetName = (typeof datasetNames)[number];

/** How a data set is asked for. */
export interface DatasetRequest {
  /** `auto` takes the first real set that can be had; default `auto`. */
  readonly dataset?: DatasetName | 'auto' | undefined;
  /** The folder that holds it; without it the usual places, then a download. */
  readonly data?: string | undefined;
  /** Training images at most: a seeded choice, the same number from each class as far as they go. */
  readonly limit?: number | undefined;
  /** Height and width that the pictures of a folder get; without it their own where they are small, else 224. */
  readonly imageSize?: number | undefined;
  /** Decides which images `limit` takes and what `synthetic` draws; default 1. */
  readonly seed?: number | undefined;
  /** Told what takes long, such as a download. */
  readonly note?: ((text: string) => void) | undefined;
}

/** A data set before it is known why it was taken. */
export type LoadedDataset<Split extends ImageSplit = ImageSplit> = Omit<Dataset<Split>, 'why'>;

/** The image at a position, as a view into the split's pixels, `[h, w, c]`. */
export function imageAt(split: PixelSplit, position: number): Uint8Array {
  const size = split.pixels.length / split.count;
  return split.pixels.subarray(position * size, (position + 1) * size);
}

/** Throws AsfpError `label-range` when a label is outside 0 … classes − 1; `where` names the file. */
export function checkLabels(labels: ArrayLike<number>, classes: number, where: string): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    if (label >= 0 && label < classes) continue;
    throw new AsfpError({
      code: 'label-range',
      where,
      expected: `labels from 0 to ${classes - 1}`,
      found: `label ${label} at image ${i}`,
      cure: 'Take the file that belongs to this data set',
    });
  }
}
