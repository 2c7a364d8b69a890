// Knows that sessions share one tfjs: turns, backends, and tensors that are all given back.
import { AsfpError } from '@asfp/core';
import { engine, getBackend, type KernelBackend, registerBackend, setBackend } from '@tensorflow/tfjs-core';
import { afterEach, expect, test, vi } from 'vitest';
import { openModel } from '../openModel.ts';
import { tinyFetch, tinyUrl } from '../testing/tinyFetch.ts';
import { onBackend } from './onBackend.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const tensorCount = (): number => engine().state.numTensors;
const wasm = { engine: 'tfjs-wasm' } as const;

test('work takes turns, and a turn that fails does not hold up the next', async () => {
  vi.stubGlobal('fetch', tinyFetch());
  const session = await openModel(tinyUrl, wasm);
  const log: string[] = [];
  const slow = onBackend('wasm', async () => {
    log.push('slow starts');
    await new Promise((resolve) => setTimeout(resolve, 5));
    log.push('slow ends');
  });
  const broken = onBackend('wasm', () => {
    log.push('broken');
    throw new Error('no');
  });
  const last = onBackend('wasm', () => log.push('last'));
  await slow;
  await expect(broken).rejects.toThrow('no');
  await last;
  expect(log).toEqual(['slow starts', 'slow ends', 'broken', 'last']);
  await session.dispose();
});

test('a session holds its weights, a run holds nothing, and the end gives everything back', async () => {
  const before = tensorCount();
  vi.stubGlobal('fetch', tinyFetch());
  const session = await openModel(tinyUrl, wasm);
  expect(tensorCount()).toBe(before + 3);
  for (let run = 0; run < 50; run++)
    await session.run(new Float32Array(2 * (1 + (run % 4))), { batch: 1 + (run % 4) });
  await expect(session.run(new Float32Array(3))).rejects.toThrow(AsfpError);
  expect(tensorCount()).toBe(before + 3);
  await session.dispose();
  expect(tensorCount()).toBe(before);
});

test('an aborted load gives everything back', async () => {
  const before = tensorCount();
  const stop = new AbortController();
  vi.stubGlobal('fetch', tinyFetch());
  const loads = [0, 1, 2, 3, 4].map((ticks) =>
    openModel(tinyUrl, { ...wasm, signal: stop.signal }).catch((error: unknown) => [ticks, error]),
  );
  await loads[0];
  stop.abort(new Error('gone'));
  for (const session of await Promise.all(loads)) if ('dispose' in session) await session.dispose();
  await onBackend('wasm', () => undefined);
  expect(tensorCount()).toBe(before);
});

test('a session goes back to its backend, and one that is taken away during a run is an error', async () => {
  vi.stubGlobal('fetch', tinyFetch());
  const session = await openModel(tinyUrl, wasm);
  const other = { dispose: () => undefined } as unknown as KernelBackend;
  registerBackend('other', () => other);
  await setBackend('other');
  expect([...(await session.run(Float32Array.of(1, 0)))]).toEqual([1, 2, 3]);
  expect(getBackend()).toBe('wasm');
  const stolen = onBackend('wasm', () => setBackend('other'));
  await expect(stolen).rejects.toThrow(
    'engine tfjs-wasm: expected tfjs to stay on its wasm backend, found the other backend. Another part of the page sets the backend of tfjs: leave it to the sessions',
  );
  expect([...(await session.run(Float32Array.of(0, 1)))]).toEqual([4, 5, 6]);
  await session.dispose();
});
