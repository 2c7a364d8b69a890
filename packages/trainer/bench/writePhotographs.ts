// Knows how to make JPEG files that cost as much to decode as photographs do.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/** Writes `count` files of 500×375, noise blurred until a file has about 60 kB; gives their paths. */
export async function writePhotographs(folder: string, count: number): Promise<string[]> {
  const files: string[] = [];
  for (let i = 0; i < count; i++) {
    const noise = { type: 'gaussian', mean: 128, sigma: 90 } as const;
    const create = { width: 500, height: 375, channels: 3, background: '#000', noise } as const;
    const path = join(folder, `${i}.jpg`);
    await writeFile(path, await sharp({ create }).blur(1.2).jpeg({ quality: 90 }).toBuffer());
    files.push(path);
  }
  return files;
}
