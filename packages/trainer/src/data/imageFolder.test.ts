import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AsfpError } from '@asfp/core';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../testing/failureOf.ts';
import { tempFolder } from '../testing/tempFolder.ts';
import { loadImageFolder } from './imageFolder.ts';

type Rgb = readonly [number, number, number];

async function writeImage(path: string, [r, g, b]: Rgb, side = 4): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await sharp({ create: { width: side, height: side, channels: 3, background: { r, g, b } } }).toFile(path);
}

/** Two classes, `night` before `sea`: three and one images to train, one each to test. */
async function writeFolder(data: string): Promise<void> {
  await writeImage(join(data, 'train/night/a.png'), [10, 11, 12]);
  await writeImage(join(data, 'train/night/b.png'), [20, 21, 22]);
  await writeImage(join(data, 'train/night/c.png'), [30, 31, 32], 8);
  await writeImage(join(data, 'train/sea/z.png'), [200, 210, 220]);
  await writeImage(join(data, 'test/night/a.jpg'), [12, 12, 12]);
  await writeImage(join(data, 'test/sea/a.jpeg'), [240, 240, 240]);
  await writeFile(join(data, 'train/night/notes.txt'), 'not an image');
}

const firstPixels = (pixels: Uint8Array): number[][] =>
  Array.from({ length: pixels.length / 48 }, (_, i) => [...pixels.subarray(i * 48, i * 48 + 3)]);

test('images follow each other class by class in turn, all of the size of the first', async () => {
  const data = tempFolder(onTestFinished);
  await writeFolder(data);
  const dataset = await loadImageFolder({ data });
  expect(dataset).toMatchObject({ height: 4, width: 4, channels: 3, labels: ['night', 'sea'] });
  expect([...dataset.train.labels]).toEqual([0, 1, 0, 0]);
  expect(firstPixels(dataset.train.pixels)).toEqual([
    [10, 11, 12],
    [200, 210, 220],
    [20, 21, 22],
    [30, 31, 32],
  ]);
  expect([...dataset.test.labels]).toEqual([0, 1]);
  expect(dataset.mean[0]).toBeCloseTo((10 + 200 + 20 + 30) / 4 / 255, 12);
});

test('grey images and images with transparency become RGB', async () => {
  const data = tempFolder(onTestFinished);
  await writeFolder(data);
  const create = { width: 4, height: 4, background: { r: 200, g: 100, b: 50, alpha: 0.5 } };
  await sharp({ create: { ...create, channels: 4 } }).toFile(join(data, 'train/night/a.png'));
  await sharp({ create: { width: 4, height: 4, channels: 3, background: '#808080' } })
    .greyscale()
    .toColourspace('b-w')
    .toFile(join(data, 'train/night/b.png'));
  const dataset = await loadImageFolder({ data });
  const [half, , grey] = firstPixels(dataset.train.pixels);
  // Half transparent over black, to within a rounding.
  [100, 50, 25].forEach((value, c) => {
    expect(Math.abs((half?.[c] ?? 0) - value)).toBeLessThanOrEqual(1);
  });
  expect(grey).toEqual([128, 128, 128]);
});

test('a limit decodes only what it takes', async () => {
  const data = tempFolder(onTestFinished);
  await writeFolder(data);
  const { train } = await loadImageFolder({ data, limit: 2 });
  expect(new Set(train.labels)).toEqual(new Set([0, 1]));
  // A broken image is not noticed where it is not taken.
  for (const name of ['a', 'b', 'c']) {
    await copyFile(join(data, 'train/sea/z.png'), join(data, `train/sea/${name}.png`));
  }
  await writeFile(join(data, 'train/sea/b.png'), 'broken');
  const outcomes = new Set<string>();
  for (let seed = 1; seed <= 40; seed++) {
    const failure = await failureOf(async () => {
      await loadImageFolder({ data, limit: 2, seed });
      throw new AsfpError({ code: 'loaded', where: 'here', expected: 'nothing' });
    });
    outcomes.add(failure.code);
  }
  expect(outcomes).toEqual(new Set(['image-broken', 'loaded']));
});

test('a truncated image is refused by its name', async () => {
  const data = tempFolder(onTestFinished);
  await writeFolder(data);
  const path = join(data, 'test/sea/a.jpeg');
  const noise = sharp({
    create: {
      width: 64,
      height: 64,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  });
  const bytes = await noise.jpeg().toBuffer();
  await writeFile(path, bytes.subarray(0, bytes.length / 2));
  const failure = await failureOf(() => loadImageFolder({ data }));
  expect(failure.code).toBe('image-broken');
  expect(failure.failure.where).toBe(path);
  expect((await readFile(path)).length).toBeGreaterThan(0);
});

test('an empty class, a class that train lacks, and missing folders are refused', async () => {
  const data = tempFolder(onTestFinished);
  await writeFolder(data);
  await mkdir(join(data, 'test/moon'));
  expect((await failureOf(() => loadImageFolder({ data }))).message).toBe(
    `${join(data, 'test/moon')}: expected a class that train has: night, sea, found moon. Let train and test have the same class folders`,
  );
  await rm(join(data, 'test/moon'), { recursive: true });
  await rm(join(data, 'test/sea/a.jpeg'));
  expect((await failureOf(() => loadImageFolder({ data }))).message).toBe(
    `${join(data, 'test/sea')}: expected at least one .jpg, .jpeg or .png file, found none. Add images of this class, or remove its folder from train and test`,
  );
  await rm(join(data, 'test'), { recursive: true });
  expect((await failureOf(() => loadImageFolder({ data }))).message).toBe(
    `${join(data, 'test')}: expected a folder with one folder of images for each class, found no such folder. Give with --data the folder that holds train and test`,
  );
  expect((await failureOf(() => loadImageFolder({}))).code).toBe('option-missing');
});
