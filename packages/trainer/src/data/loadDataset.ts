// Knows how a data set's name, or `auto`, leads to one that is loaded, and why that one.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { AsfpError } from '@asfp/core';
import { holdsCifar, loadCifar } from './cifar.ts';
import {
  type Dataset,
  type DatasetName,
  type DatasetRequest,
  datasetNames,
  type LoadedDataset,
} from './dataset.ts';
import { readIdx } from './idx.ts';
import { holdsImages, loadImageFolder } from './imageFolder.ts';
import { holdsMnist, loadMnist } from './mnist.ts';
import { makeSynthetic } from './synthetic.ts';

/** SHA-256 of MNIST's unpacked test labels: the files of MNIST and Fashion-MNIST have the same names. */
const mnistTestLabels = 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2';

/** What `auto` takes, first come first. */
const automatic = ['fashion-mnist', 'cifar10', 'mnist'] as const;

/**
 * Loads the data set asked for. `auto` looks into the folder given, or takes the first that can be had of Fashion-MNIST,
 * CIFAR-10, MNIST and drawn shapes. Throws AsfpError: `dataset-unknown`, `limit-range`, `data-unknown`, or the loader's.
 */
export async function loadDataset(request: DatasetRequest = {}): Promise<Dataset> {
  const { dataset = 'auto', data, limit } = request;
  if (dataset !== 'auto' && !datasetNames.includes(dataset)) {
    throw new AsfpError({
      code: 'dataset-unknown',
      where: '--dataset',
      expected: `one of auto, ${datasetNames.join(', ')}`,
      found: `"${String(dataset)}"`,
    });
  }
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
    throw new AsfpError({
      code: 'limit-range',
      where: '--limit',
      expected: 'a whole number of images above 0',
      found: String(limit),
    });
  }
  if (data !== undefined && !existsSync(data)) {
    throw new AsfpError({
      code: 'folder-missing',
      where: data,
      expected: 'the folder given with --data',
      found: 'no such folder',
      cure: 'Check the path',
    });
  }
  if (dataset !== 'auto') return { ...(await load(dataset, request)), why: 'asked for by name' };
  if (data !== undefined) {
    const name = await recognise(data);
    return { ...(await load(name, request)), why: `${data} holds it` };
  }
  const tried: string[] = [];
  for (const name of automatic) {
    try {
      const loaded = await load(name, request);
      return { ...loaded, why: [...tried, `${name} is in ${loaded.source}`].join('; ') };
    } catch (error) {
      // Whatever is wrong with files that are there must be said; only what cannot be had is passed over.
      if (!(error instanceof AsfpError) || error.code !== 'data-not-had') throw error;
      tried.push(`${name} could not be had (${error.failure.found})`);
    }
  }
  return { ...makeSynthetic(request), why: [...tried, 'so shapes are drawn'].join('; ') };
}

async function load(name: DatasetName, request: DatasetRequest): Promise<LoadedDataset> {
  switch (name) {
    case 'fashion-mnist':
    case 'mnist':
      return loadMnist(name, request);
    case 'cifar10':
    case 'cifar100':
      return loadCifar(name, request);
    case 'folder':
      return loadImageFolder(request);
    case 'synthetic':
      return makeSynthetic(request);
  }
}

/** Which data set a folder holds. */
async function recognise(folder: string): Promise<DatasetName> {
  if (holdsMnist(folder)) {
    const { values, shape } = await readIdx(folder, 't10k-labels-idx1-ubyte', 1);
    const header = Buffer.alloc(8);
    header.writeUInt32BE(0x0801, 0);
    header.writeUInt32BE(shape[0] as number, 4);
    const found = createHash('sha256').update(header).update(values).digest('hex');
    return found === mnistTestLabels ? 'mnist' : 'fashion-mnist';
  }
  if (holdsCifar('cifar10', folder)) return 'cifar10';
  if (holdsCifar('cifar100', folder)) return 'cifar100';
  if (holdsImages(folder)) return 'folder';
  throw new AsfpError({
    code: 'data-unknown',
    where: folder,
    expected: 'IDX files, a binary release of CIFAR, or folders train and test with a folder for each class',
    found: 'none of them',
    cure: 'Check the folder, or say with --dataset what it should be',
  });
}
