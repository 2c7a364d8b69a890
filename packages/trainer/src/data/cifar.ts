// Knows the binary releases of CIFAR-10 and CIFAR-100: records of labels and planar pixels.

import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AsfpError, describeError, rngFromSeed } from '@asfp/core';
import { makeFolders } from '../record/makeFolders.ts';
import { cacheFolder } from './cacheFolder.ts';
import { channelMoments } from './channelMoments.ts';
import { limitSplit } from './chooseImages.ts';
import { checkLabels, type DatasetRequest, type LoadedDataset, type PixelSplit } from './dataset.ts';
import { download } from './download.ts';
import { readTar } from './tar.ts';

/** One of the two data sets. */
export type CifarName = 'cifar10' | 'cifar100';

interface CifarFacts {
  readonly title: string;
  readonly archive: string;
  readonly sha256: string;
  readonly trainFiles: readonly string[];
  readonly testFile: string;
  readonly labelFile: string;
  readonly classes: number;
  /** Label bytes before the pixels; the last one counts (CIFAR-100 has a coarse label first). */
  readonly labelBytes: number;
}

const facts: Readonly<Record<CifarName, CifarFacts>> = {
  cifar10: {
    title: 'CIFAR-10',
    archive: 'cifar-10-binary.tar.gz',
    sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
    trainFiles: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
    testFile: 'test_batch.bin',
    labelFile: 'batches.meta.txt',
    classes: 10,
    labelBytes: 1,
  },
  cifar100: {
    title: 'CIFAR-100',
    archive: 'cifar-100-binary.tar.gz',
    sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
    trainFiles: ['train.bin'],
    testFile: 'test.bin',
    labelFile: 'fine_label_names.txt',
    classes: 100,
    labelBytes: 2,
  },
};

const side = 32;
const plane = side * side;

/** The constants that the paper's code normalises CIFAR-10 with. */
const paperMoments = {
  mean: [125.3, 123.0, 113.9].map((value) => value / 255),
  deviation: [63.0, 62.1, 66.7].map((value) => value / 255),
};

/**
 * Loads a binary release from the folder asked for, else from the user's cache, else by a download.
 * Throws AsfpError `file-missing`, `cifar-length`, `label-range` or `data-not-had`.
 */
export async function loadCifar(
  name: CifarName,
  request: DatasetRequest,
): Promise<LoadedDataset<PixelSplit>> {
  const about = facts[name];
  const folder = request.data ?? (await findCifar(name, request));
  const parts: PixelSplit[] = [];
  for (const file of about.trainFiles) parts.push(await readRecords(join(folder, file), about));
  const train = joinSplits(parts);
  const test = await readRecords(join(folder, about.testFile), about);
  const rng = rngFromSeed(request.seed ?? 1).fork('limit');
  return {
    name,
    source: folder,
    train: limitSplit(train, request.limit, rng),
    test,
    height: side,
    width: side,
    channels: 3,
    labels: await readLabelNames(join(folder, about.labelFile), about.classes),
    ...(name === 'cifar10' ? paperMoments : channelMoments(train.pixels, 3)),
  };
}

/** Whether a folder holds the binary release. */
export function holdsCifar(name: CifarName, folder: string): boolean {
  const { trainFiles, testFile, labelFile } = facts[name];
  return [...trainFiles, testFile, labelFile].every((file) => existsSync(join(folder, file)));
}

/** Pixels `[count, 3, 32, 32]` behind labels → `[count, 32, 32, 3]`. */
function parseRecords(bytes: Uint8Array, about: CifarFacts, where: string): PixelSplit {
  const size = about.labelBytes + 3 * plane;
  const count = Math.floor(bytes.length / size);
  if (count === 0 || bytes.length % size !== 0) {
    throw new AsfpError({
      code: 'cifar-length',
      where,
      expected: `whole records of ${size} bytes`,
      found: `${bytes.length} bytes, which is ${count} records and ${bytes.length % size} bytes`,
      cure: 'Get the file again',
    });
  }
  const pixels = new Uint8Array(count * 3 * plane);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const from = i * size + about.labelBytes;
    labels[i] = bytes[from - 1] as number;
    for (let c = 0; c < 3; c++) {
      const at = from + c * plane;
      let to = i * 3 * plane + c;
      for (let p = 0; p < plane; p++, to += 3) pixels[to] = bytes[at + p] as number;
    }
  }
  checkLabels(labels, about.classes, where);
  return { count, pixels, labels };
}

async function readRecords(path: string, about: CifarFacts): Promise<PixelSplit> {
  if (!existsSync(path)) {
    throw new AsfpError({
      code: 'file-missing',
      where: path,
      expected: `a file of the binary release of ${about.title}`,
      found: 'no such file',
      cure: `Give the folder that holds ${about.testFile} with --data`,
    });
  }
  return parseRecords(await readFile(path), about, path);
}

function joinSplits(parts: readonly PixelSplit[]): PixelSplit {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const pixels = new Uint8Array(count * 3 * plane);
  const labels = new Int32Array(count);
  let at = 0;
  for (const part of parts) {
    pixels.set(part.pixels, at * 3 * plane);
    labels.set(part.labels, at);
    at += part.count;
  }
  return { count, pixels, labels };
}

async function readLabelNames(path: string, classes: number): Promise<string[]> {
  const lines = existsSync(path)
    ? (await readFile(path, 'utf8')).split(/\r?\n/).filter((line) => line.trim() !== '')
    : [];
  if (lines.length !== classes) {
    throw new AsfpError({
      code: 'label-names',
      where: path,
      expected: `${classes} names, one a line`,
      found: existsSync(path) ? String(lines.length) : 'no such file',
      cure: 'Get the file again',
    });
  }
  return lines;
}

async function findCifar(name: CifarName, request: DatasetRequest): Promise<string> {
  const about = facts[name];
  const cache = cacheFolder(name);
  if (holdsCifar(name, cache)) return cache;
  request.note?.(`downloading ${about.title}, about 170 MB`);
  const archive = join(cache, about.archive);
  try {
    const urls = [`https://www.cs.toronto.edu/~kriz/${about.archive}`];
    await download({ urls, sha256: about.sha256, ofUnpacked: false }, archive);
    await unpack(archive, cache);
    return cache;
  } catch (error) {
    throw new AsfpError({
      code: 'data-not-had',
      where: about.title,
      expected: `the binary release in ${cache}, or a way to download it`,
      found: describeError(error),
      cure: 'Give its folder with --data',
    });
  } finally {
    await rm(archive, { force: true });
  }
}

async function unpack(archive: string, to: string): Promise<void> {
  await makeFolders(to);
  for (const [name, bytes] of readTar(gunzipSync(await readFile(archive)), archive)) {
    const base = name.split('/').at(-1) ?? name;
    const partial = join(to, `${base}.${process.pid}.part`);
    await writeFile(partial, bytes);
    await rename(partial, join(to, base));
  }
}
