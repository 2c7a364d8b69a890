// What a run's folder holds when the disk fails, or the process ends, at any one of its operations.
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { AsfpError, type EpochEvent, float32Tensor, parseEvents } from '@asfp/core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { tempFolder } from '../testing/tempFolder.ts';
import { tinySettings } from '../testing/tinySettings.ts';
import { writeFolderWhole } from './atomicFiles.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import { openRunFolder } from './runFolder.ts';

/** Which operation fails, and how: the disk is full from there on, for a while, or the process is gone. */
const disk = vi.hoisted(() => ({
  operation: 0,
  failAt: Number.POSITIVE_INFINITY,
  kind: 'full' as 'full' | 'killed',
}));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  /** Throws where the operation fails; a write that fails has done its half. */
  const guard = async <T>(whole: () => Promise<T>, half?: () => Promise<unknown>): Promise<T> => {
    const at = ++disk.operation;
    if (at < disk.failAt || (disk.kind === 'full' && at > disk.failAt)) return whole();
    if (at === disk.failAt) await half?.();
    const code = disk.kind === 'full' ? 'ENOSPC' : 'KILLED';
    throw Object.assign(new Error(`${code}: operation ${at}`), { code });
  };
  const halfOf = (data: string | Uint8Array): string | Uint8Array => data.slice(0, data.length >> 1);
  const watched = (file: FileHandle): Pick<FileHandle, 'close' | 'sync' | 'writeFile'> => ({
    close: () => file.close(),
    sync: () => guard(() => file.sync()),
    writeFile: (data) =>
      guard(
        () => file.writeFile(data),
        () => file.writeFile(halfOf(data as string | Uint8Array)),
      ),
  });
  return {
    ...real,
    open: async (path: string, flags: string) => watched(await guard(() => real.open(path, flags))),
    rename: (from: string, to: string) => guard(() => real.rename(from, to)),
    mkdir: (path: string) => guard(() => real.mkdir(path)),
    rm: (path: string, options: object) => guard(() => real.rm(path, options)),
    writeFile: (path: string, data: string | Uint8Array) =>
      guard(
        () => real.writeFile(path, data),
        () => real.writeFile(path, halfOf(data)),
      ),
    appendFile: (path: string, data: string, options: object) =>
      guard(
        () => real.appendFile(path, data, options),
        async () => appendFileSync(path, halfOf(data)),
      ),
  };
});

const epochs = 3;

function checkpointOf(epoch: number): Checkpoint {
  const weights = new Map([
    [
      'kernel',
      float32Tensor(
        [40],
        Array.from({ length: 40 }, (_, i) => epoch + i / 64),
      ),
    ],
  ]);
  return { epoch, zeroed: { conv: [epoch] }, returned: {}, weights, momentum: weights };
}

/** What a run writes, from where the folder stands; gives how many epochs are told to be done. */
async function writeRun(out: string, done: (epoch: number) => void): Promise<void> {
  const folder = await openRunFolder(out, tinySettings({ epochs }));
  for (let epoch = (folder.checkpoint?.epoch ?? 0) + 1; epoch <= epochs; epoch++) {
    await folder.append({ type: 'epoch', epoch } as EpochEvent);
    await folder.saveCheckpoint(checkpointOf(epoch));
    done(epoch);
  }
  await writeFolderWhole(folder.dense, { 'model.json': 'model', 'weights.bin': 'weights' });
}

function healthy(): void {
  disk.failAt = Number.POSITIVE_INFINITY;
}

/** Every file's content, by its name in the folder. */
function contentsOf(out: string): Record<string, string> {
  const names = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    names.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(out.length), readFileSync(path, 'base64')];
    }),
  );
}

test.each(['full', 'killed'] as const)(
  'disk %s at any operation: the last whole checkpoint is intact, and going on ends in the files of a run without a failure',
  async (kind) => {
    disk.kind = kind;
    healthy();
    const parent = tempFolder(onTestFinished);
    disk.operation = 0;
    await writeRun(join(parent, 'whole'), () => {});
    const expected = contentsOf(join(parent, 'whole'));
    const operations = disk.operation;
    expect(operations).toBeGreaterThan(50);
    for (let failAt = 1; failAt <= operations; failAt++) {
      const out = join(parent, String(failAt));
      let done = 0;
      disk.operation = 0;
      disk.failAt = failAt;
      const error: unknown = await writeRun(out, (epoch) => (done = epoch)).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      healthy();
      // Only what is tidied up at the very end may fail unnoticed.
      expect(error === undefined && failAt < operations - 2, `operation ${failAt} failed unnoticed`).toBe(
        false,
      );
      const ofDisk = error instanceof AsfpError && kind === 'full';
      expect(ofDisk ? error.code : 'disk-full').toBe('disk-full');
      const checkpoint = await readCheckpoint(join(out, 'checkpoint'));
      const epoch = checkpoint?.epoch ?? 0;
      expect([done, done + 1]).toContain(epoch);
      expect(checkpoint).toEqual(epoch === 0 ? undefined : checkpointOf(epoch));
      await writeRun(out, () => {});
      expect(contentsOf(out)).toEqual(expected);
    }
  },
);

test('a run that its disk stopped says how to go on', async () => {
  disk.kind = 'full';
  healthy();
  const out = join(tempFolder(onTestFinished), 'run');
  const folder = await openRunFolder(out, tinySettings());
  disk.failAt = disk.operation + 1;
  await expect(folder.append({ type: 'epoch', epoch: 1 } as EpochEvent)).rejects.toThrow(
    `${out}: expected room on the disk, found ENOSPC: operation ${disk.failAt}. Free space, then go on with --resume: the last whole checkpoint is intact`,
  );
  healthy();
  expect(parseEvents(readFileSync(join(out, 'events.jsonl'), 'utf8'))).toEqual([]);
});
