import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseEvents, rngFromSeed } from '@asfp/core';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../testing/tempFolder.ts';
import { writeTinyIdx } from '../testing/tinyIdx.ts';
import type { TrainOptions } from '../train/settings.ts';
import { readCheckpoint } from './checkpoint.ts';

const script = fileURLToPath(new URL('../testing/trainHere.ts', import.meta.url));

/** When a process is killed: so many lines after it began, and so many milliseconds after that. */
interface Moment {
  readonly lines: number;
  readonly delayMs: number;
}

/**
 * Trains several runs at once in a process of its own, which goes on with what is in the folders. With a moment it is killed
 * then. Gives how it ended, and the last epoch that each run told to be done.
 */
async function live(
  options: TrainOptions,
  folders: readonly string[],
  moment?: Moment,
): Promise<{ readonly end: NodeJS.Signals | number | null; readonly told: readonly number[] }> {
  const args = ['--conditions=dev', '--import', 'tsx', script, JSON.stringify(options), ...folders];
  const child = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  child.stderr.on('data', (chunk) => errors.push(String(chunk)));
  const exited = new Promise<NodeJS.Signals | number | null>((resolve) => {
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  const told = folders.map(() => 0);
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [run, type, epoch] = line.split(' ');
    if (type === 'epoch') told[Number(run)] = Number(epoch);
    if (++lines === moment?.lines) setTimeout(() => child.kill('SIGKILL'), moment.delayMs);
  }
  const end = await exited;
  if (end !== 0 && end !== 'SIGKILL') throw new Error(`the process ended with ${end}: ${errors.join('')}`);
  return { end, told };
}

/** Files of a run that a kill must not change. */
const compared = (epochs: number): string[] => ['dense/weights.bin', `checkpoint/epoch-${epochs}.bin`];

// Five runs take turns in one process: a kill meets each at another moment, and ten of them are 50.
test('killed at 50 moments, runs lose at most the epoch in progress and end in the bytes of one that was left alone', async () => {
  const [runs, kills, epochs] = [5, 10, 40];
  const data = tempFolder(onTestFinished);
  await writeTinyIdx(data, { train: 32, test: 10 });
  const options: TrainOptions = {
    dataset: 'mnist',
    data,
    model: 'resnet8',
    epochs,
    batchSize: 16,
    backend: 'wasm',
    augmentation: 'crop-flip',
  };
  const parent = tempFolder(onTestFinished);
  const whole = join(parent, 'whole');
  expect((await live(options, [whole])).end).toBe(0);
  const folders = Array.from({ length: runs }, (_, run) => join(parent, String(run)));
  const rng = rngFromSeed(50);
  for (let kill = 1; kill <= kills; kill++) {
    // Of three lines two are steps, one is an epoch.
    const moment = { lines: 1 + rng.int(7 * runs), delayMs: rng.int(50) };
    const { end, told } = await live(options, folders, moment);
    expect(end).toBe('SIGKILL');
    for (const [run, out] of folders.entries()) {
      const { epoch } = (await readCheckpoint(join(out, 'checkpoint'))) ?? { epoch: 0 };
      expect(epoch).toBeGreaterThanOrEqual(told[run] as number);
    }
  }
  expect((await live(options, folders)).end).toBe(0);
  for (const out of folders) {
    for (const file of compared(epochs)) {
      const same = readFileSync(join(out, file)).equals(readFileSync(join(whole, file)));
      expect({ file, same }).toEqual({ file, same: true });
    }
    const events = parseEvents(readFileSync(join(out, 'events.jsonl'), 'utf8'));
    expect(events.flatMap((event) => (event.type === 'epoch' ? [event.epoch] : []))).toEqual(
      Array.from({ length: epochs }, (_, i) => i + 1),
    );
  }
}, 300_000);
