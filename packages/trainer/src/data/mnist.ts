// Knows the two data sets in MNIST's format: their files, checksums, labels, and where they can be had.

import { existsSync } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AsfpError, describeError, rngFromSeed } from '@asfp/core';
import { makeFolders } from '../record/makeFolders.ts';
import { cacheFolder } from './cacheFolder.ts';
import { channelMoments } from './channelMoments.ts';
import { limitSplit } from './chooseImages.ts';
import { checkLabels, type DatasetRequest, type LoadedDataset, type PixelSplit } from './dataset.ts';
import { withDebianPackage } from './debianPackage.ts';
import { download } from './download.ts';
import { findIdx, readIdx } from './idx.ts';

/** One of the two data sets. */
export type MnistName = 'mnist' | 'fashion-mnist';

interface MnistFacts {
  readonly title: string;
  readonly labels: readonly string[];
  readonly debianPackage: string | undefined;
  readonly hosts: readonly string[];
  /** SHA-256 of the four unpacked files, in the order of `idxFiles`. */
  readonly sha256: readonly [string, string, string, string];
}

const idxFiles = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
] as const;

const facts: Readonly<Record<MnistName, MnistFacts>> = {
  mnist: {
    title: 'MNIST',
    labels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    debianPackage: undefined,
    hosts: [
      'https://storage.googleapis.com/cvdf-datasets/mnist',
      'https://ossci-datasets.s3.amazonaws.com/mnist',
    ],
    sha256: [
      'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
      '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
      'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    ],
  },
  'fashion-mnist': {
    title: 'Fashion-MNIST',
    labels: [
      'T-shirt/top',
      'Trouser',
      'Pullover',
      'Dress',
      'Coat',
      'Sandal',
      'Shirt',
      'Sneaker',
      'Bag',
      'Ankle boot',
    ],
    debianPackage: 'dataset-fashion-mnist',
    hosts: [
      'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion',
      'https://fashion-mnist.s3.eu-central-1.amazonaws.com',
    ],
    sha256: [
      'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
      'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
      '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
      '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
    ],
  },
};

/**
 * Loads MNIST or Fashion-MNIST from the folder asked for, else from Debian's folder, the user's cache, a download, or a
 * Debian package. Throws AsfpError: the parser's, `label-range`, `idx-pair`, `file-missing`, or `data-not-had`.
 */
export async function loadMnist(
  name: MnistName,
  request: DatasetRequest,
): Promise<LoadedDataset<PixelSplit>> {
  const folder = request.data ?? (await findMnist(name, request));
  const read = async (
    images: string,
    labels: string,
  ): Promise<PixelSplit & { readonly shape: readonly number[] }> => {
    const { shape, values } = await readIdx(folder, images, 3);
    const marks = await readIdx(folder, labels, 1);
    const count = shape[0] as number;
    if (marks.values.length !== count || count === 0) {
      throw new AsfpError({
        code: 'idx-pair',
        where: findIdx(folder, labels) ?? labels,
        expected: `${count} labels, one for each image, and at least one`,
        found: String(marks.values.length),
        cure: 'Take images and labels of the same data set',
      });
    }
    checkLabels(marks.values, facts[name].labels.length, findIdx(folder, labels) ?? labels);
    return { count, pixels: values, labels: Int32Array.from(marks.values), shape };
  };
  const train = await read(idxFiles[0], idxFiles[1]);
  const test = await read(idxFiles[2], idxFiles[3]);
  const [, height = 0, width = 0] = train.shape;
  if (test.shape[1] !== height || test.shape[2] !== width) {
    throw new AsfpError({
      code: 'idx-pair',
      where: findIdx(folder, idxFiles[2]) ?? folder,
      expected: `images of ${height}×${width}, as in training`,
      found: `${test.shape[1]}×${test.shape[2]}`,
      cure: 'Take training and test images of the same data set',
    });
  }
  return {
    name,
    source: folder,
    train: limitSplit(train, request.limit, rngFromSeed(request.seed ?? 1).fork('limit')),
    test,
    height,
    width,
    channels: 1,
    labels: facts[name].labels,
    ...channelMoments(train.pixels, 1),
  };
}

/** Whether a folder holds the four files. */
export function holdsMnist(folder: string): boolean {
  return idxFiles.every((file) => findIdx(folder, file) !== undefined);
}

async function findMnist(name: MnistName, request: DatasetRequest): Promise<string> {
  const system = join('/usr/share/datasets', name);
  const cache = cacheFolder(name);
  for (const folder of [system, cache]) if (holdsMnist(folder)) return folder;
  const { title, debianPackage, hosts, sha256 } = facts[name];
  const tried = [`${system} and ${cache} do not hold it`];
  request.note?.(`downloading ${title}, about ${name === 'mnist' ? 12 : 31} MB`);
  try {
    for (const [i, file] of idxFiles.entries()) {
      const urls = hosts.map((host) => `${host}/${file}.gz`);
      await download({ urls, sha256: sha256[i] as string, ofUnpacked: true }, join(cache, `${file}.gz`));
    }
    return cache;
  } catch (error) {
    tried.push(describeError(error));
  }
  if (debianPackage !== undefined && existsSync('/usr/bin/apt-get')) {
    request.note?.(`getting ${title} from the Debian package ${debianPackage}`);
    try {
      await withDebianPackage(debianPackage, (root) => copyWhole(join(root, system), cache));
      if (holdsMnist(cache)) return cache;
      tried.push(`the package ${debianPackage} does not hold it`);
    } catch (error) {
      tried.push(describeError(error));
    }
  }
  throw new AsfpError({
    code: 'data-not-had',
    where: title,
    expected: `the four IDX files in ${system}, in ${cache}, or a way to download them`,
    found: tried.join('; '),
    cure: `Give their folder with --data${debianPackage ? `, or run: apt-get install ${debianPackage}` : ''}`,
  });
}

/** Copies the files so that each appears in the cache only when it is whole. */
async function copyWhole(from: string, to: string): Promise<void> {
  await makeFolders(to);
  for (const file of idxFiles) {
    const partial = join(to, `${file}.${process.pid}.part`);
    try {
      await copyFile(join(from, `${file}.gz`), partial);
      await rename(partial, join(to, `${file}.gz`));
    } finally {
      await rm(partial, { force: true });
    }
  }
}
