import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../testing/failureOf.ts';
import { tempFolder } from '../testing/tempFolder.ts';
import { loadCifar } from './cifar.ts';

const labels = 'a b c d e f g h i j'.split(' ');

/** A record whose planes hold 1, 2 and 3, its first pixel marked in each. */
function record(...marks: number[]): Buffer {
  const planes = [1, 2, 3].map((value) => {
    const plane = Buffer.alloc(1024, value);
    plane[0] = 100 + value;
    return plane;
  });
  return Buffer.concat([Buffer.from(marks), ...planes]);
}

async function writeCifar10(folder: string): Promise<void> {
  for (let i = 1; i <= 5; i++) {
    await writeFile(join(folder, `data_batch_${i}.bin`), Buffer.concat([record(i), record(i + 1)]));
  }
  await writeFile(join(folder, 'test_batch.bin'), record(9));
  await writeFile(join(folder, 'batches.meta.txt'), `${labels.join('\n')}\n\n`);
}

test('planar records become pixels with their channels together', async () => {
  const data = tempFolder(onTestFinished);
  await writeCifar10(data);
  const dataset = await loadCifar('cifar10', { data });
  expect([...dataset.train.labels]).toEqual([1, 2, 2, 3, 3, 4, 4, 5, 5, 6]);
  expect(dataset.labels).toEqual(labels);
  expect([...dataset.train.pixels.subarray(0, 6)]).toEqual([101, 102, 103, 1, 2, 3]);
  expect([...dataset.train.pixels.subarray(3072, 3078)]).toEqual([101, 102, 103, 1, 2, 3]);
  expect(dataset.test).toMatchObject({ count: 1, labels: Int32Array.of(9) });
  // The paper's constants, not this folder's moments.
  expect(dataset.mean.map((mean) => mean * 255)).toEqual([125.3, 123, 113.9]);
});

test('of the two labels of CIFAR-100 the fine one counts', async () => {
  const data = tempFolder(onTestFinished);
  await writeFile(join(data, 'train.bin'), Buffer.concat([record(3, 99), record(4, 0)]));
  await writeFile(join(data, 'test.bin'), record(5, 50));
  await writeFile(
    join(data, 'fine_label_names.txt'),
    Array.from({ length: 100 }, (_, i) => `l${i}\n`).join(''),
  );
  const dataset = await loadCifar('cifar100', { data });
  expect([...dataset.train.labels, ...dataset.test.labels]).toEqual([99, 0, 50]);
  expect(dataset.mean[1]).toBeCloseTo((1023 * 2 + 102) / 1024 / 255, 12);
});

test('a truncated file and a missing file are refused by name', async () => {
  const data = tempFolder(onTestFinished);
  await writeCifar10(data);
  const batch = join(data, 'data_batch_3.bin');
  await writeFile(batch, record(1).subarray(0, 3000));
  expect((await failureOf(() => loadCifar('cifar10', { data }))).message).toBe(
    `${batch}: expected whole records of 3073 bytes, found 3000 bytes, which is 0 records and 3000 bytes. Get the file again`,
  );
  expect((await failureOf(() => loadCifar('cifar100', { data }))).message).toBe(
    `${join(data, 'train.bin')}: expected a file of the binary release of CIFAR-100, found no such file. Give the folder that holds test.bin with --data`,
  );
});
