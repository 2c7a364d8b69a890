import { AsfpError } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { BackendRequest } from './backendNames.ts';
import { chooseBackend } from './chooseBackend.ts';
import { listBackends } from './listBackends.ts';

async function failure(request: BackendRequest): Promise<AsfpError> {
  const error = await chooseBackend(request).catch((thrown: unknown) => thrown);
  if (!(error instanceof AsfpError)) throw new Error(`${request}: expected a refusal`);
  return error;
}

test('cpu', async () => {
  expect(await chooseBackend('cpu')).toMatchObject({ name: 'cpu', version: '4.22.0', why: [] });
  expect(tf.getBackend()).toBe('cpu');
  expect(tf.add(1, 2).dataSync()[0]).toBe(3);
});

test('wasm leaves the process without handlers of its own, and keeps the threads it has', async () => {
  const listeners = (): number[] =>
    ['uncaughtException', 'unhandledRejection', 'exit'].map((event) => process.listenerCount(event));
  const before = listeners();
  const chosen = await chooseBackend('wasm', { threads: 2 });
  expect(listeners()).toEqual(before);
  expect(chosen).toMatchObject({ name: 'wasm', version: '4.22.0', why: [] });
  expect(chosen.device).toMatch(/, 2 threads$/);
  expect(tf.getBackend()).toBe('wasm');
  expect((await chooseBackend('wasm', { threads: 1 })).device).toBe(chosen.device);
});

test('auto takes the best that works and says why the better ones do not', async () => {
  const chosen = await chooseBackend();
  const rows = await listBackends();
  const best = rows.findIndex((row) => row.usable);
  expect(chosen.name).toBe(rows[best]?.name);
  expect(chosen.why.map(({ name }) => name)).toEqual(rows.slice(0, best).map(({ name }) => name));
  for (const { reason, cure } of chosen.why) expect([reason, cure]).not.toContain('');
});

test('the list tries all, and puts the current backend back', async () => {
  await chooseBackend('cpu');
  const rows = await listBackends();
  expect(tf.getBackend()).toBe('cpu');
  expect(rows.map(({ name }) => name)).toEqual(['node-gpu', 'node', 'wasm', 'cpu', 'webgpu']);
  expect(rows.slice(2, 4).map(({ usable }) => usable)).toEqual([true, true]);
});

test('a name that is none is refused', async () => {
  const error = await failure('webgl' as BackendRequest);
  expect(error.code).toBe('backend-unknown');
  expect(error.message).toMatchInlineSnapshot(
    `"--backend: expected one of auto, node-gpu, node, wasm, cpu, webgpu, found "webgl""`,
  );
});

test('one that cannot be had is refused, with the reason and the cure', async () => {
  const missing = (await listBackends()).filter((row) => !row.usable);
  for (const { name, reason, cure } of missing as { name: BackendRequest; reason: string; cure: string }[]) {
    const error = await failure(name);
    expect(error.code).toBe('backend-unusable');
    expect(error.message).toBe(`backend ${name}: expected a backend that loads, found ${reason}. ${cure}`);
  }
});
