// Knows how to make a tiny data set in MNIST's format, whose classes are places of a bright patch.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Rng, rngFromSeed } from '@asfp/core';

/** The bytes of an IDX file: magic, extents, values. */
export function idxBytes(shape: readonly number[], values: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 + shape.length, 0);
  shape.forEach((extent, axis) => {
    header.writeUInt32BE(extent, 4 + 4 * axis);
  });
  return Buffer.concat([header, values]);
}

/** Writes the four files into the folder, labels gzipped: 8×8 images of noise, each with a bright 2×2 patch whose place is its label. */
export async function writeTinyIdx(folder: string, counts: { train: number; test: number }): Promise<void> {
  await mkdir(folder, { recursive: true });
  const rng = rngFromSeed(7);
  for (const [prefix, count] of [
    ['train', counts.train],
    ['t10k', counts.test],
  ] as const) {
    const { pixels, labels } = draw(count, rng);
    await writeFile(join(folder, `${prefix}-images-idx3-ubyte`), idxBytes([count, 8, 8], pixels));
    await writeFile(join(folder, `${prefix}-labels-idx1-ubyte.gz`), gzipSync(idxBytes([count], labels)));
  }
}

function draw(count: number, rng: Rng): { pixels: Uint8Array; labels: Uint8Array } {
  const pixels = Uint8Array.from({ length: count * 64 }, () => rng.int(120));
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  labels.forEach((label, i) => {
    const row = 2 * Math.floor(label / 4);
    const column = 2 * (label % 4);
    for (let p = 0; p < 4; p++) pixels[i * 64 + (row + (p >> 1)) * 8 + column + (p & 1)] = 255;
  });
  return { pixels, labels };
}
