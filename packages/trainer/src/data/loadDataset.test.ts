import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../testing/failureOf.ts';
import { tempFolder } from '../testing/tempFolder.ts';
import { writeTinyIdx } from '../testing/tinyIdx.ts';
import { cacheFolder } from './cacheFolder.ts';
import { loadDataset } from './loadDataset.ts';

test('auto says which data set a folder holds', async () => {
  const data = tempFolder(onTestFinished);
  await writeTinyIdx(data, { train: 10, test: 10 });
  const dataset = await loadDataset({ data });
  // These are not MNIST's own labels, whose checksum is known.
  expect(dataset.name).toBe('fashion-mnist');
  expect(dataset.why).toBe(`${data} holds it`);
});

test('auto refuses a folder that holds no data set, and goes on to whatever is wrong with one that does', async () => {
  const data = tempFolder(onTestFinished);
  expect((await failureOf(() => loadDataset({ data }))).code).toBe('data-unknown');
  await mkdir(join(data, 'train/one'), { recursive: true });
  await mkdir(join(data, 'test'));
  expect((await failureOf(() => loadDataset({ data }))).code).toBe('class-empty');
});

test('a data set by name says so, and drawn shapes need nothing', async () => {
  const dataset = await loadDataset({ dataset: 'synthetic', limit: 10 });
  expect(dataset).toMatchObject({ name: 'synthetic', why: 'asked for by name', source: 'drawn with seed 1' });
});

test('an unknown name, a missing folder and a limit of nothing are refused', async () => {
  const unknown = await failureOf(() => loadDataset({ dataset: 'imagenet' as 'mnist' }));
  expect(unknown.message).toBe(
    '--dataset: expected one of auto, fashion-mnist, cifar10, cifar100, mnist, folder, synthetic, found "imagenet"',
  );
  expect((await failureOf(() => loadDataset({ data: '/nowhere/at/all' }))).message).toBe(
    '/nowhere/at/all: expected the folder given with --data, found no such folder. Check the path',
  );
  expect((await failureOf(() => loadDataset({ dataset: 'synthetic', limit: 0 }))).code).toBe('limit-range');
});

test('a truncated file is told, not passed over', async () => {
  const data = tempFolder(onTestFinished);
  await writeTinyIdx(data, { train: 10, test: 10 });
  const images = join(data, 'train-images-idx3-ubyte');
  await writeFile(images, Buffer.from('00000803000000', 'hex'));
  expect((await failureOf(() => loadDataset({ data }))).message).toBe(
    `${images}: expected a header of 16 bytes, found 7 bytes. Get the file again`,
  );
});

test('the cache is where the user says, else in the home folder', () => {
  expect(cacheFolder('mnist', { XDG_CACHE_HOME: '/cache' })).toBe('/cache/asfp/mnist');
  expect(cacheFolder('mnist', {})).toMatch(/\.cache\/asfp\/mnist$/);
});
