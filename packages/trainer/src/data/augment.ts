// Knows how a training image is varied: shifted within a black border, and mirrored.
import type { Rng } from '@asfp/core';

/** How training images are varied. */
export type Augmentation = 'crop-flip' | 'crop' | 'none';

/** The kinds of variation, as settings name them. */
export const augmentations = ['crop-flip', 'crop', 'none'] as const;

/** How far an image is shifted at most, in pixels. */
const border = 4;

/** What happens to one image: which of its rows and columns comes first, negative into the border, and whether it is mirrored. */
export interface Variation {
  readonly top: number;
  readonly left: number;
  readonly mirrored: boolean;
}

/** Draws the variation of one image; the generator should be forked for the epoch and the image. */
export function drawVariation(augmentation: Augmentation, rng: Rng): Variation {
  if (augmentation === 'none') return { top: 0, left: 0, mirrored: false };
  const top = rng.int(2 * border + 1) - border;
  const left = rng.int(2 * border + 1) - border;
  return { top, left, mirrored: augmentation === 'crop-flip' && rng.next() < 0.5 };
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
