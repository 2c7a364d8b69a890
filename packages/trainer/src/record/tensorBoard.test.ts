import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EpochEvent, StepEvent } from '@asfp/core';
import { expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../testing/failureOf.ts';
import { tempFolder } from '../testing/tempFolder.ts';
import { openTensorBoard } from './tensorBoard.ts';

const step = (epoch: number, number: number, loss: number): StepEvent => ({
  type: 'step',
  epoch,
  epochs: 2,
  step: number,
  steps: 300,
  loss,
  imagesPerSecond: 10,
});

test('the bytes are those that TensorBoard writes', async () => {
  const folder = join(tempFolder(onTestFinished), 'logs');
  const board = await openTensorBoard(folder, () => 1700000000.5);
  await board.add(step(2, 40, 0.75));
  await board.add({ type: 'end', accuracy: 0.5 } as never);
  const [file = ''] = readdirSync(folder);
  expect(file).toBe(`events.out.tfevents.1700000000500.${process.pid}.asfp`);
  // What RecordWriter and event_pb2 of tensorboard 2.21.0 make of the same events.
  expect(readFileSync(join(folder, file)).toString('hex')).toBe(
    '1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b353110200000000000000029eda9500900002040fc54d94110d4022a120a100a09737465702f6c6f7373150000403fa1ecbe71220000000000000078113dfd0900002040fc54d94110022a150a130a0c656e642f6163637572616379150000003f6c5ff50e',
  );
});

test('steps are on disk after each epoch, and every hundred', async () => {
  const folder = tempFolder(onTestFinished);
  const board = await openTensorBoard(folder, () => 1);
  const size = (): number => readFileSync(join(folder, readdirSync(folder)[0] as string)).length;
  const begun = size();
  await board.add(step(1, 1, 1));
  expect(size()).toBe(begun);
  await board.add({ type: 'epoch', epoch: 1 } as EpochEvent);
  const afterEpoch = size();
  expect(afterEpoch).toBeGreaterThan(begun);
  for (let i = 1; i < 100; i++) await board.add(step(2, i, 1));
  expect(size()).toBe(afterEpoch);
  await board.add(step(2, 100, 1));
  expect(size()).toBeGreaterThan(afterEpoch);
});

test('a folder that cannot be is told', async () => {
  const file = join(tempFolder(onTestFinished), 'file');
  writeFileSync(file, '');
  const failure = await failureOf(() => openTensorBoard(join(file, 'logs')));
  expect(failure).toMatchObject({
    code: 'folder-unwritable',
    failure: { cure: 'Choose another folder with --tensorboard' },
  });
});
