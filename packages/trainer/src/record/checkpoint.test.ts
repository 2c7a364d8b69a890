import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { float32Tensor } from '@asfp/core';
import { expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../testing/failureOf.ts';
import { tempFolder } from '../testing/tempFolder.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';

function checkpointOf(epoch: number): Checkpoint {
  return {
    epoch,
    zeroed: { stem_conv: [1, 3], other: [] },
    returned: { stem_conv: [0, 1] },
    weights: new Map([
      ['stem_conv/kernel', float32Tensor([2, 2], [0.1, -0, epoch, 1e-40])],
      ['bias', float32Tensor([], [3])],
    ]),
    momentum: new Map([['stem_conv/kernel', float32Tensor([2, 2], [4, 5, 6, 7])]]),
  };
}

test('what is written is read, bit for bit, and only the last is kept', async () => {
  const folder = join(tempFolder(onTestFinished), 'checkpoint');
  expect(await readCheckpoint(folder)).toBeUndefined();
  await writeCheckpoint(folder, checkpointOf(1));
  await writeCheckpoint(folder, checkpointOf(2));
  expect(await readCheckpoint(folder)).toEqual(checkpointOf(2));
  expect(readdirSync(folder).sort()).toEqual(['checkpoint.json', 'epoch-2.bin']);
});

test('until the index names it, a new checkpoint does not count', async () => {
  const folder = join(tempFolder(onTestFinished), 'checkpoint');
  await writeCheckpoint(folder, checkpointOf(1));
  const index = readFileSync(join(folder, 'checkpoint.json'));
  const data = readFileSync(join(folder, 'epoch-1.bin'));
  await writeCheckpoint(folder, checkpointOf(2));
  // As a kill between the two writes leaves it, with a half-written file besides.
  writeFileSync(join(folder, 'checkpoint.json'), index);
  writeFileSync(join(folder, 'epoch-1.bin'), data);
  writeFileSync(join(folder, 'epoch-3.bin.1234.part'), 'half');
  expect(await readCheckpoint(folder)).toEqual(checkpointOf(1));
  await writeCheckpoint(folder, checkpointOf(2));
  expect(readdirSync(folder).sort()).toEqual(['checkpoint.json', 'epoch-2.bin']);
});

test('damaged data is refused', async () => {
  const folder = join(tempFolder(onTestFinished), 'checkpoint');
  await writeCheckpoint(folder, checkpointOf(1));
  truncateSync(join(folder, 'epoch-1.bin'), 8);
  expect((await failureOf(() => readCheckpoint(folder))).message).toBe(
    `${join(folder, 'checkpoint.json')}: expected a whole checkpoint, found epoch-1.bin has another SHA-256. Begin anew in another folder`,
  );
});

test.each(['weights', 'momentum'] as const)(
  '%s that are not finite are refused, and the checkpoint before stays',
  async (kind) => {
    const folder = join(tempFolder(onTestFinished), 'checkpoint');
    await writeCheckpoint(folder, checkpointOf(1));
    const broken = new Map([['stem_conv/kernel', float32Tensor([2, 2], [1, Number.NaN, 3, 4])]]);
    expect(
      (await failureOf(() => writeCheckpoint(folder, { ...checkpointOf(2), [kind]: broken }))).message,
    ).toBe(
      'stem_conv/kernel after epoch 2: expected finite numbers, found NaN. Lower the learning rate; the epochs before are intact',
    );
    expect(await readCheckpoint(folder)).toEqual(checkpointOf(1));
  },
);
