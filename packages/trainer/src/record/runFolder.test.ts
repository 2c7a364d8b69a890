import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EpochEvent, parseEvents, type StartEvent } from '@asfp/core';
import { expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../testing/failureOf.ts';
import { tempFolder } from '../testing/tempFolder.ts';
import { tinySettings } from '../testing/tinySettings.ts';
import { inspectRunFolder, openRunFolder } from './runFolder.ts';

const start = (firstEpoch: number): StartEvent => ({ type: 'start', firstEpoch }) as StartEvent;
const epoch = (number: number): EpochEvent => ({ type: 'epoch', epoch: number }) as EpochEvent;
const state = (
  number: number,
): Parameters<Awaited<ReturnType<typeof openRunFolder>>['saveCheckpoint']>[0] => ({
  epoch: number,
  zeroed: {},
  returned: {},
  weights: new Map(),
  momentum: new Map(),
});

test('a new folder is tried and left as it was: not there', async () => {
  const out = join(tempFolder(onTestFinished), 'a/b');
  expect(await inspectRunFolder(out, false)).toBeUndefined();
  expect(await inspectRunFolder(out, true)).toBeUndefined();
  expect(existsSync(join(out, '..'))).toBe(false);
});

test('a folder with anything in it is refused without --resume, and with it unless it is a run', async () => {
  const out = tempFolder(onTestFinished);
  writeFileSync(join(out, 'mine.txt'), '');
  expect((await failureOf(() => inspectRunFolder(out, false))).message).toBe(
    `${out}: expected an empty or new folder, found 1 files or folders in it. Choose another folder with --out, or go on with the run in it with --resume`,
  );
  expect((await failureOf(() => inspectRunFolder(out, true))).code).toBe('not-a-run');
  expect(readdirSync(out)).toEqual(['mine.txt']);
});

test('a run that was killed before its settings were whole begins anew', async () => {
  const out = tempFolder(onTestFinished);
  writeFileSync(join(out, 'settings.json.4711.part'), '{');
  mkdirSync(join(out, '.try-a1b2c3'));
  expect(await inspectRunFolder(out, true)).toBeUndefined();
  await openRunFolder(out, tinySettings());
  expect(readdirSync(out).sort()).toEqual(['events.jsonl', 'settings.json']);
});

test('a folder that cannot be is told before anything begins', async () => {
  const file = join(tempFolder(onTestFinished), 'file');
  writeFileSync(file, '');
  expect((await failureOf(() => inspectRunFolder(join(file, 'run'), false))).code).toBe('folder-unwritable');
  expect((await failureOf(() => inspectRunFolder(file, false))).failure.found).toBe('it is a file');
});

test('settings are kept, and found again', async () => {
  const out = join(tempFolder(onTestFinished), 'run');
  const settings = tinySettings({ seed: 9 });
  await openRunFolder(out, settings);
  expect(await inspectRunFolder(out, true)).toEqual(settings);
  writeFileSync(join(out, 'settings.json'), '{}');
  expect((await failureOf(() => inspectRunFolder(out, true))).code).toBe('settings-broken');
});

test('events after the last checkpoint are taken back on going on, a line cut short too', async () => {
  const out = join(tempFolder(onTestFinished), 'run');
  const first = await openRunFolder(out, tinySettings());
  await first.append(start(1));
  await first.append(epoch(1));
  await first.saveCheckpoint(state(1));
  await first.append(epoch(2));
  appendFileSync(join(out, 'events.jsonl'), '{"type":"epo');
  const second = await openRunFolder(out, tinySettings());
  expect(second.checkpoint?.epoch).toBe(1);
  expect(second.events).toEqual([start(1), epoch(1)]);
  await second.append(start(2));
  await second.append(epoch(2));
  expect(parseEvents(readFileSync(join(out, 'events.jsonl'), 'utf8'))).toEqual([
    start(1),
    epoch(1),
    start(2),
    epoch(2),
  ]);
});

test('what a kill left half-written is gone when the run goes on', async () => {
  const out = join(tempFolder(onTestFinished), 'run');
  await openRunFolder(out, tinySettings());
  mkdirSync(join(out, 'dense.4711.part'));
  writeFileSync(join(out, 'dense.4711.part/model.json'), '{');
  writeFileSync(join(out, 'events.jsonl.4711.part'), '');
  mkdirSync(join(out, 'compact.4711.old'));
  await openRunFolder(out, tinySettings());
  expect(readdirSync(out).sort()).toEqual(['compact', 'events.jsonl', 'settings.json']);
});

test('a run without a checkpoint begins anew', async () => {
  const out = join(tempFolder(onTestFinished), 'run');
  const first = await openRunFolder(out, tinySettings());
  await first.append(start(1));
  mkdirSync(join(out, 'checkpoint'));
  const second = await openRunFolder(out, tinySettings());
  expect(second.checkpoint).toBeUndefined();
  expect(second.events).toEqual([]);
});
