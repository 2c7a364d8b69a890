// Knows how to make a folder of pictures larger than 64 pixels, in two classes that can be told apart.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { rngFromSeed } from '@asfp/core';
import sharp from 'sharp';

/** Writes `train` and `test` pictures of each class, noise of several sizes: `dark` and `light`. */
export async function writePictures(
  folder: string,
  counts: { readonly train: number; readonly test: number },
): Promise<void> {
  const rng = rngFromSeed(11);
  for (const [part, count] of Object.entries(counts)) {
    for (const [name, least] of [
      ['dark', 0],
      ['light', 120],
    ] as const) {
      const inClass = join(folder, part, name);
      await mkdir(inClass, { recursive: true });
      for (let i = 0; i < count; i++) {
        const [height, width] = [70 + rng.int(30), 70 + rng.int(30)];
        const pixels = Uint8Array.from({ length: height * width * 3 }, () => least + rng.int(136));
        await sharp(pixels, { raw: { height, width, channels: 3 } }).toFile(join(inClass, `${i}.jpg`));
      }
    }
  }
}
