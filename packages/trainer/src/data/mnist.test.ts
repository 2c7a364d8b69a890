import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../testing/failureOf.ts';
import { tempFolder } from '../testing/tempFolder.ts';
import { idxBytes, writeTinyIdx } from '../testing/tinyIdx.ts';
import { loadMnist } from './mnist.ts';

test('images, labels and moments of a folder are loaded', async () => {
  const data = tempFolder(onTestFinished);
  await writeTinyIdx(data, { train: 30, test: 20 });
  const dataset = await loadMnist('fashion-mnist', { data });
  expect(dataset).toMatchObject({ name: 'fashion-mnist', height: 8, width: 8, channels: 1, source: data });
  expect(dataset.train.count).toBe(30);
  expect(dataset.test.count).toBe(20);
  expect(dataset.labels[9]).toBe('Ankle boot');
  const { pixels } = dataset.train;
  const mean = pixels.reduce((sum, pixel) => sum + pixel / 255, 0) / pixels.length;
  const variance = pixels.reduce((sum, pixel) => sum + (pixel / 255 - mean) ** 2, 0) / pixels.length;
  expect(dataset.mean[0]).toBeCloseTo(mean, 12);
  expect(dataset.deviation[0]).toBeCloseTo(Math.sqrt(variance), 12);
});

test('a limit takes as many of each class, the same ones for a seed, and leaves the moments alone', async () => {
  const data = tempFolder(onTestFinished);
  await writeTinyIdx(data, { train: 50, test: 10 });
  const all = await loadMnist('mnist', { data });
  const some = await loadMnist('mnist', { data, limit: 20, seed: 3 });
  const again = await loadMnist('mnist', { data, limit: 20, seed: 3 });
  const other = await loadMnist('mnist', { data, limit: 20, seed: 4 });
  for (let label = 0; label < 10; label++) {
    expect(some.train.labels.filter((found) => found === label)).toHaveLength(2);
  }
  expect(some.train.pixels).toEqual(again.train.pixels);
  expect(some.train.pixels).not.toEqual(other.train.pixels);
  expect(some.test.count).toBe(10);
  expect(some.mean).toEqual(all.mean);
});

test('a missing file, labels of another count, and labels out of range are refused by name', async () => {
  const data = tempFolder(onTestFinished);
  await writeTinyIdx(data, { train: 10, test: 10 });
  const labels = join(data, 't10k-labels-idx1-ubyte.gz');
  await writeFile(labels, idxBytes([9], new Uint8Array(9)));
  expect((await failureOf(() => loadMnist('mnist', { data }))).message).toBe(
    `${labels}: expected 10 labels, one for each image, and at least one, found 9. Take images and labels of the same data set`,
  );
  await writeFile(labels, idxBytes([10], Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 10])));
  expect((await failureOf(() => loadMnist('mnist', { data }))).message).toBe(
    `${labels}: expected labels from 0 to 9, found label 10 at image 9. Take the file that belongs to this data set`,
  );
  const nowhere = join(data, 'nowhere');
  expect((await failureOf(() => loadMnist('mnist', { data: nowhere }))).message).toBe(
    `${nowhere}: expected train-images-idx3-ubyte or train-images-idx3-ubyte.gz, found no such folder. Give the folder of the four IDX files with --data`,
  );
});
