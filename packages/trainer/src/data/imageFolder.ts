// Knows a folder of images, `train/CLASS/*` and `test/CLASS/*`, as JPEG or PNG.
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AsfpError, describeError, rngFromSeed } from '@asfp/core';
import sharp from 'sharp';
import { channelMoments } from './channelMoments.ts';
import { chooseImages } from './chooseImages.ts';
import type { DatasetRequest, ImageSplit, LoadedDataset } from './dataset.ts';

interface LabelledFile {
  readonly path: string;
  readonly label: number;
}

interface Size {
  readonly height: number;
  readonly width: number;
}

/** Images decoded at the same time. */
const decoders = 8;

/**
 * Loads a folder of images. Classes are the sorted folder names of `train`; every image becomes RGB, of the size of the
 * first one. Images follow each other class by class in turn, so that the first n are a fair sample. With a limit only
 * those images are decoded that it takes. Throws AsfpError `folder-missing`, `class-empty`, `class-unknown`, `image-broken`
 * or `images-too-large`.
 */
export async function loadImageFolder(request: DatasetRequest): Promise<LoadedDataset> {
  const { data, limit, seed = 1 } = request;
  if (data === undefined) {
    throw new AsfpError({
      code: 'option-missing',
      where: '--data',
      expected: 'the folder that holds train/CLASS/*.jpg and test/CLASS/*.jpg',
      found: 'nothing',
      cure: 'Give the folder with --data',
    });
  }
  const labels = await classesOf(join(data, 'train'));
  const all = await filesOf(join(data, 'train'), labels);
  const testFiles = await filesOf(join(data, 'test'), labels);
  const size = await sizeOfImage(all[0]?.path as string);
  const marks = all.map((file) => file.label);
  const chosen =
    limit === undefined || limit >= all.length
      ? all
      : chooseImages(marks, limit, rngFromSeed(seed).fork('limit')).map((i) => all[i] as LabelledFile);
  const train = await decodeAll(chosen, size);
  const test = await decodeAll(testFiles, size);
  const source = data;
  return {
    name: 'folder',
    source,
    train,
    test,
    ...size,
    channels: 3,
    labels,
    ...channelMoments(train.pixels, 3),
  };
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).filter((entry) => !entry.name.startsWith('.'));
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'folder-missing',
        where: folder,
        expected: 'a folder with one folder of images for each class',
        found: (cause as { code?: string }).code === 'ENOENT' ? 'no such folder' : describeError(cause),
        cure: 'Give with --data the folder that holds train and test',
      },
      { cause },
    );
  }
}

async function classesOf(folder: string): Promise<string[]> {
  const entries = await entriesOf(folder);
  const names = entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => entry.name);
  if (names.length < 2) {
    throw new AsfpError({
      code: 'class-empty',
      where: folder,
      expected: 'a folder for each of at least two classes',
      found: String(names.length),
      cure: 'Put the images of each class into a folder of its name',
    });
  }
  return names.sort();
}

/** The images of all classes, one class after the other in turn. */
async function filesOf(folder: string, classes: readonly string[]): Promise<LabelledFile[]> {
  for (const entry of await entriesOf(folder)) {
    if (entry.isFile() || classes.includes(entry.name)) continue;
    throw new AsfpError({
      code: 'class-unknown',
      where: join(folder, entry.name),
      expected: `a class that train has: ${classes.join(', ')}`,
      found: entry.name,
      cure: 'Let train and test have the same class folders',
    });
  }
  const byClass: string[][] = [];
  for (const name of classes) {
    const inClass = join(folder, name);
    const names = (await entriesOf(inClass))
      .map((entry) => entry.name)
      .filter((file) => /\.(jpe?g|png)$/i.test(file));
    if (names.length === 0) {
      throw new AsfpError({
        code: 'class-empty',
        where: inClass,
        expected: 'at least one .jpg, .jpeg or .png file',
        found: 'none',
        cure: 'Add images of this class, or remove its folder from train and test',
      });
    }
    byClass.push(names.sort().map((file) => join(inClass, file)));
  }
  const files: LabelledFile[] = [];
  const longest = Math.max(...byClass.map((paths) => paths.length));
  for (let round = 0; round < longest; round++) {
    byClass.forEach((paths, label) => {
      const path = paths[round];
      if (path !== undefined) files.push({ path, label });
    });
  }
  return files;
}

async function sizeOfImage(path: string): Promise<Size> {
  try {
    const { height, width } = await sharp(path).metadata();
    return { height, width };
  } catch (cause) {
    throw brokenImage(path, cause);
  }
}

async function decodeAll(files: readonly LabelledFile[], size: Size): Promise<ImageSplit> {
  const length = size.height * size.width * 3;
  const pixels = allocate(files.length, length, size);
  let next = 0;
  const decodeNext = async (): Promise<void> => {
    while (next < files.length) {
      const at = next++;
      pixels.set(await decode((files[at] as LabelledFile).path, size), at * length);
    }
  };
  // All of them end before the first failure is reported: none goes on unseen.
  const ended = await Promise.allSettled(Array.from({ length: decoders }, decodeNext));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return { count: files.length, pixels, labels: Int32Array.from(files, (file) => file.label) };
}

function allocate(count: number, length: number, size: Size): Uint8Array {
  try {
    return new Uint8Array(count * length);
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'images-too-large',
        where: '--dataset folder',
        expected: 'images that fit in memory',
        found: `${count} images of ${size.height}×${size.width}`,
        cure: 'Take fewer with --limit, or make the images smaller',
      },
      { cause },
    );
  }
}

async function decode(path: string, size: Size): Promise<Uint8Array> {
  try {
    return await sharp(path)
      .flatten({ background: '#000' })
      .toColourspace('srgb')
      .resize(size.width, size.height, { fit: 'fill' })
      .raw()
      .toBuffer();
  } catch (cause) {
    throw brokenImage(path, cause);
  }
}

function brokenImage(path: string, cause: unknown): AsfpError {
  return new AsfpError(
    {
      code: 'image-broken',
      where: path,
      expected: 'a whole JPEG or PNG image',
      found: describeError(cause).split('\n')[0] ?? 'an error',
      cure: 'Replace or remove the file',
    },
    { cause },
  );
}
