// Knows a folder of images, `train/CLASS/*` and `test/CLASS/*` (or `val`, as ImageNet is laid out), as JPEG or PNG.
import { type Dirent, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AsfpError, describeError, rngFromSeed } from '@asfp/core';
import { channelMoments } from './channelMoments.ts';
import { chooseImages } from './chooseImages.ts';
import type { DatasetRequest, FileSplit, ImageSplit, LoadedDataset, PixelSplit, View } from './dataset.ts';
import { openPicture, type Size } from './decodePicture.ts';

interface LabelledFile {
  readonly path: string;
  readonly label: number;
}

/** Images decoded at the same time. */
const decoders = 8;

/** Pictures with sides up to this are small: they are trained on as they are. */
const smallSide = 64;

/** What larger ones become. */
const usualSide = 224;

/** Bytes of pixels that a data set may keep in memory; a larger one is decoded anew in every epoch. */
const memoryBytes = 2 ** 30;

/** Training images from which mean and deviation are measured, where they are not in memory anyway. */
const measured = 1024;

/**
 * Loads a folder of images. Classes are the sorted folder names of `train`; every image becomes RGB, of the size of the first
 * one where that is small, else 224×224 or as asked for. Images follow each other class by class in turn, so that the first n
 * are a fair sample. What fits into `memory` bytes is decoded once, the rest stays on disk; larger pictures always do, for
 * their variations need the whole picture. With a limit only those images are decoded that it takes. Throws AsfpError
 * `folder-missing`, `class-empty`, `class-unknown`, `image-size` or `image-broken`.
 */
export async function loadImageFolder(
  request: DatasetRequest,
  memory: number = memoryBytes,
): Promise<LoadedDataset> {
  const { data, limit, seed = 1, imageSize } = request;
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
  const testFiles = await filesOf(testFolder(data), labels);
  const { view, ...size } = await viewOf(all[0]?.path as string, imageSize);
  const marks = all.map((file) => file.label);
  const chosen =
    limit === undefined || limit >= all.length
      ? all
      : chooseImages(marks, limit, rngFromSeed(seed).fork('limit')).map((i) => all[i] as LabelledFile);
  const fits = (chosen.length + testFiles.length) * size.height * size.width * 3 <= memory;
  const load = async (files: readonly LabelledFile[]): Promise<ImageSplit> =>
    view === 'whole' && fits ? decodeAll(files, size, view) : onDisk(files, view);
  const train = await load(chosen);
  const test = await load(testFiles);
  const sample = 'pixels' in train ? train : await decodeAll(sampleOf(chosen, seed), size, view);
  return {
    name: 'folder',
    source: data,
    train,
    test,
    ...size,
    channels: 3,
    labels,
    ...channelMoments(sample.pixels, 3),
  };
}

/** Whether a folder holds images as `loadImageFolder` wants them. */
export function holdsImages(data: string): boolean {
  return existsSync(join(data, 'train')) && existsSync(testFolder(data));
}

function testFolder(data: string): string {
  const [test, val] = [join(data, 'test'), join(data, 'val')];
  return !existsSync(test) && existsSync(val) ? val : test;
}

/** Which size the images get, and whether that is the whole of a small picture or the middle of a larger one. */
async function viewOf(path: string, imageSize: number | undefined): Promise<Size & { readonly view: View }> {
  if (imageSize !== undefined && !(Number.isInteger(imageSize) && imageSize > 0)) {
    throw new AsfpError({
      code: 'image-size',
      where: '--image-size',
      expected: 'a whole number of pixels above 0',
      found: String(imageSize),
    });
  }
  const { height, width } = await openPicture(path);
  const isSmall = Math.max(height, width) <= smallSide;
  const side = imageSize ?? usualSide;
  if (imageSize === undefined ? isSmall : height === side && width === side)
    return { view: 'whole', height, width };
  return { view: 'centre', height: side, width: side };
}

/** A fair choice of the files, which depends on the seed alone. */
function sampleOf(files: readonly LabelledFile[], seed: number): LabelledFile[] {
  const marks = files.map((file) => file.label);
  return chooseImages(marks, measured, rngFromSeed(seed).fork('moments')).map(
    (i) => files[i] as LabelledFile,
  );
}

function onDisk(files: readonly LabelledFile[], view: View): FileSplit {
  return { count: files.length, files: files.map(({ path }) => path), view, labels: labelsOf(files) };
}

function labelsOf(files: readonly LabelledFile[]): Int32Array {
  return Int32Array.from(files, (file) => file.label);
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

async function decodeAll(files: readonly LabelledFile[], size: Size, view: View): Promise<PixelSplit> {
  const length = size.height * size.width * 3;
  const pixels = new Uint8Array(files.length * length);
  let next = 0;
  const decodeNext = async (): Promise<void> => {
    while (next < files.length) {
      const at = next++;
      const picture = await openPicture((files[at] as LabelledFile).path);
      pixels.set(await picture.show(view, size), at * length);
    }
  };
  // All of them end before the first failure is reported: none goes on unseen.
  const ended = await Promise.allSettled(Array.from({ length: decoders }, decodeNext));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return { count: files.length, pixels, labels: labelsOf(files) };
}
