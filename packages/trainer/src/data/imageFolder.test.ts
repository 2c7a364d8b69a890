import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AsfpError, rngFromSeed } from '@asfp/core';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../testing/failureOf.ts';
import { tempFolder } from '../testing/tempFolder.ts';
import { type Batch, evalBatches, trainBatches } from './batches.ts';
import type { DatasetRequest, FileSplit, LoadedDataset, PixelSplit } from './dataset.ts';
import { holdsImages, loadImageFolder as loadFolder } from './imageFolder.ts';
import { testImages } from './testImages.ts';

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

/** A folder whose images are small enough to be held in memory. */
async function loadImageFolder(request: DatasetRequest): Promise<LoadedDataset<PixelSplit>> {
  const dataset = await loadFolder(request);
  expect('pixels' in dataset.train && 'pixels' in dataset.test).toBe(true);
  return dataset as LoadedDataset<PixelSplit>;
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

/** Two classes of pictures larger than 64 pixels, whose pixels say where they are: red is the row, green the column, blue the file. */
async function writeLarge(data: string, height: number, width: number): Promise<void> {
  for (const [i, path] of [
    'train/a/1.png',
    'train/a/2.png',
    'train/b/1.png',
    'test/a/1.png',
    'test/b/1.png',
  ].entries()) {
    const pixels = Buffer.alloc(height * width * 3);
    for (let at = 0; at < height * width; at++)
      pixels.set([Math.floor(at / width), at % width, 50 * i], at * 3);
    await mkdir(dirname(join(data, path)), { recursive: true });
    await sharp(pixels, { raw: { height, width, channels: 3 } }).toFile(join(data, path));
  }
}

test('larger pictures stay on disk and become 224×224, or what is asked for; mean and deviation are measured', async () => {
  const data = tempFolder(onTestFinished);
  await writeLarge(data, 96, 128);
  const usual = await loadFolder({ data });
  expect(usual).toMatchObject({ height: 224, width: 224, channels: 3, labels: ['a', 'b'] });
  const dataset = await loadFolder({ data, imageSize: 28 });
  expect(dataset).toMatchObject({ height: 28, width: 28, train: { count: 3, view: 'centre' } });
  expect((dataset.train as FileSplit).files.map((file) => file.slice(data.length))).toEqual([
    '/train/a/1.png',
    '/train/b/1.png',
    '/train/a/2.png',
  ]);
  expect([...dataset.train.labels]).toEqual([0, 1, 0]);
  // The middle row and column of what is shown (rows 6 … 90 of 96, columns 21 … 104 of 128), and the blue of three files.
  [47.5, 62, 50].forEach((middle, c) => {
    expect(Math.abs((dataset.mean[c] as number) * 255 - middle)).toBeLessThan(1);
  });
  expect((await failureOf(() => loadFolder({ data, imageSize: 0.5 }))).message).toBe(
    '--image-size: expected a whole number of pixels above 0, found 0.5',
  );
});

test('unvaried, a larger picture shows its middle: the shorter side is 256/224 of the size', async () => {
  const data = tempFolder(onTestFinished);
  await writeLarge(data, 96, 128);
  const dataset = await loadFolder({ data, imageSize: 28 });
  const [first] = await testImages({ ...dataset, why: 'a test' }, 1);
  // 96 × 128 become 32 × 43, of which rows from 2 and columns from 7 on are shown.
  const pixel = (row: number, column: number): number[] => [
    ...(first?.pixels.subarray((row * 28 + column) * 3, (row * 28 + column) * 3 + 3) ?? []),
  ];
  for (const [row, column] of [
    [0, 0],
    [0, 27],
    [13, 5],
    [27, 27],
  ] as const) {
    const expected = [(2.5 + row) * 3 - 0.5, ((7.5 + column) * 128) / 43 - 0.5, 150];
    pixel(row, column).forEach((value, c) => {
      expect(Math.abs(value - (expected[c] as number))).toBeLessThanOrEqual(1);
    });
  }
});

test('a data set too large for memory gives the batches of one that fits', async () => {
  const data = tempFolder(onTestFinished);
  await writeFolder(data);
  const held = await loadFolder({ data });
  const onDisk = await loadFolder({ data }, 4 * 4 * 3 * 6 - 1);
  expect('files' in onDisk.train && 'files' in onDisk.test).toBe(true);
  const batchesOf = async (dataset: LoadedDataset): Promise<Batch[]> => {
    const made: Batch[] = [];
    const options = { batchSize: 3, augmentation: 'crop-flip', rng: rngFromSeed(4) } as const;
    for await (const batch of trainBatches(dataset, dataset.train, options)) made.push(batch);
    for await (const batch of evalBatches(dataset, dataset.test, { batchSize: 3 })) made.push(batch);
    return made;
  };
  expect(await batchesOf(onDisk)).toEqual(await batchesOf(held));
});

test('a picture is shown upright, as its EXIF data says', async () => {
  const data = tempFolder(onTestFinished);
  await writeFolder(data);
  // A left black and a right white column, to be turned by 90 degrees: black comes on top.
  const image = sharp(Buffer.from([0, 255, 0, 255, 0, 255]), { raw: { height: 3, width: 2, channels: 1 } });
  await image.withMetadata({ orientation: 6 }).toFile(join(data, 'train/night/a.png'));
  const { height, width, train } = await loadImageFolder({ data });
  expect({ height, width }).toEqual({ height: 2, width: 3 });
  expect([...train.pixels.subarray(0, 18)].filter((_, i) => i % 3 === 0)).toEqual([0, 0, 0, 255, 255, 255]);
});

test('where there is no test, val is taken', async () => {
  const data = tempFolder(onTestFinished);
  await writeFolder(data);
  const named = await loadImageFolder({ data });
  await rename(join(data, 'test'), join(data, 'val'));
  expect(holdsImages(data)).toBe(true);
  expect(await loadImageFolder({ data })).toEqual(named);
  await rm(join(data, 'val'), { recursive: true });
  expect(holdsImages(data)).toBe(false);
});
