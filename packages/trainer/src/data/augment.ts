// Knows how a training image is varied: shifted within a black border, mirrored, or a part of it brought to the size.
import type { Rng } from '@asfp/core';

/** How training images are varied. */
export type Augmentation = 'crop-flip' | 'crop' | 'resized-crop' | 'none';

/** The kinds of variation, as settings name them. */
export const augmentations = ['crop-flip', 'crop', 'resized-crop', 'none'] as const;

/** How far an image is shifted at most, in pixels. */
const border = 4;

/** Share of a picture's area that `resized-crop` shows at least, and the ratio width / height at most. */
const leastArea = 0.08;
const widest = 4 / 3;

/** What happens to one image: which of its rows and columns comes first, negative into the border, and whether it is mirrored. */
export interface Variation {
  readonly top: number;
  readonly left: number;
  readonly mirrored: boolean;
}

/** The image as it is. */
export const unvaried: Variation = { top: 0, left: 0, mirrored: false };

/** A part of a picture, in its own pixels. */
export interface Area {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Draws the variation of one image; the generator should be forked for the epoch and the image. */
export function drawVariation(augmentation: Exclude<Augmentation, 'resized-crop'>, rng: Rng): Variation {
  if (augmentation === 'none') return unvaried;
  const top = rng.int(2 * border + 1) - border;
  const left = rng.int(2 * border + 1) - border;
  return { top, left, mirrored: augmentation === 'crop-flip' && rng.next() < 0.5 };
}

/**
 * Draws which part of a picture `resized-crop` shows: a share of its area in [0.08, 1], a ratio of width to height in
 * [3/4, 4/3], evenly in the logarithm. Where ten draws do not fit into the picture, the largest middle part whose ratio is allowed.
 */
export function drawArea(picture: { readonly height: number; readonly width: number }, rng: Rng): Area {
  const { height, width } = picture;
  for (let i = 0; i < 10; i++) {
    const area = height * width * (leastArea + (1 - leastArea) * rng.next());
    const ratio = Math.exp(Math.log(widest) * (2 * rng.next() - 1));
    const h = Math.round(Math.sqrt(area / ratio));
    const w = Math.round(Math.sqrt(area * ratio));
    if (h < 1 || w < 1 || h > height || w > width) continue;
    return { top: rng.int(height - h + 1), left: rng.int(width - w + 1), height: h, width: w };
  }
  const h = Math.max(1, Math.min(height, Math.round(width * widest)));
  const w = Math.max(1, Math.min(width, Math.round(height * widest)));
  return { top: (height - h) >> 1, left: (width - w) >> 1, height: h, width: w };
}

/**
 * Writes one image, varied and normalised, into a batch. `image` is `[h, w, c]` bytes; `table` is `[c, 256]`, the
 * normalised value of each byte; `into` is filled from `at` on. The border is black before normalisation, so it becomes
 * the table's entry for 0; the image is mirrored first and then cropped, as in the paper's code.
 */
export function writeVaried(
  image: Uint8Array,
  shape: { readonly height: number; readonly width: number; readonly channels: number },
  variation: Variation,
  table: Float32Array,
  into: Float32Array,
  at: number,
): void {
  const { height, width, channels } = shape;
  const { top, left, mirrored } = variation;
  let to = at;
  for (let row = 0; row < height; row++) {
    const fromRow = row + top;
    const rowOutside = fromRow < 0 || fromRow >= height;
    for (let column = 0; column < width; column++) {
      const cropped = column + left;
      const fromColumn = mirrored ? width - 1 - cropped : cropped;
      const outside = rowOutside || fromColumn < 0 || fromColumn >= width;
      const from = (fromRow * width + fromColumn) * channels;
      for (let c = 0; c < channels; c++) {
        const pixel = outside ? 0 : (image[from + c] as number);
        into[to++] = table[(c << 8) + pixel] as number;
      }
    }
  }
}
