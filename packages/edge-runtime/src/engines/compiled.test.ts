// Knows our own engine from an address to its end, and how it fails to start.
import type { AsfpError } from '@asfp/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Session } from '../session.ts';
import { tinyFetch, tinyUrl } from '../testing/tinyFetch.ts';
import type { EngineOptions } from './engine.ts';

beforeEach(() => {
  // Each test starts the engine anew.
  vi.resetModules();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.doUnmock('../compiled/threads/startWorker.ts');
  vi.doUnmock('@asfp/kernels');
  vi.restoreAllMocks();
});

async function open(options: Parameters<typeof tinyFetch>[0] = {}, engine: EngineOptions = {}) {
  vi.stubGlobal('fetch', tinyFetch(options));
  const { openModel } = await import('../openModel.ts');
  return openModel(tinyUrl, { engine: 'compiled', ...engine });
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return `${(error as AsfpError).code}: ${(error as AsfpError).message}`;
}

test('runs a model, single and batched, by the names of its signature', async () => {
  const session = await open({ outputs: ['sums', 'y'] });
  expect(session.info).toMatchObject({
    engineUsed: 'compiled',
    threads: 1,
    inputs: [{ name: 'pixels', node: 'x', dtype: 'float32', shape: [null, 1, 2, 1] }],
  });
  const outputs = await session.runAll({ pixels: Float32Array.of(1, 0, 0, 1) }, { batch: 2 });
  expect(outputs['sums']).toEqual({ dtype: 'float32', shape: [2], values: Float32Array.of(6, 15) });
  expect(outputs['y']).toEqual({
    dtype: 'float32',
    shape: [2, 3],
    values: Float32Array.of(1, 2, 3, 4, 5, 6),
  });
  await session.dispose();
});

test('threads that are asked for run, for all models, and end with the last of them', async () => {
  const { startWorker } = await import('../compiled/threads/startWorker.ts');
  const started = vi.fn<typeof startWorker>(startWorker);
  const kernels = await vi.importActual<typeof import('@asfp/kernels')>('@asfp/kernels');
  const kernelBytes = vi.fn<typeof kernels.kernelBytes>(kernels.kernelBytes);
  vi.doMock('@asfp/kernels', () => ({ ...kernels, kernelBytes }));
  const ended = vi.fn<() => void>();
  vi.doMock('../compiled/threads/startWorker.ts', () => ({
    startWorker: () => {
      const worker = started();
      if (worker === undefined) throw new Error('no thread starts');
      return {
        ...worker,
        end: () => {
          ended();
          worker.end();
        },
      };
    },
  }));
  const run = async (session: Session): Promise<void> => {
    expect(session.info.threads).toBe(2);
    expect([...(await session.run(Float32Array.of(1, 10)))]).toEqual([41, 52, 63]);
  };
  const sessions = [await open({}, { threads: 2 }), await open()];
  for (const session of sessions) await run(session);
  expect(started).toHaveBeenCalledTimes(1);
  await sessions[0]?.dispose();
  expect(ended).not.toHaveBeenCalled();
  await sessions[1]?.dispose();
  expect(ended).toHaveBeenCalledTimes(1);
  // What the first start was told counts for later ones, too.
  const third = await open();
  await run(third);
  await third.dispose();
  expect([started.mock.calls.length, ended.mock.calls.length]).toEqual([2, 2]);
  // By then the page may be offline.
  expect(kernelBytes).toHaveBeenCalledTimes(1);
});

test('a number of threads that is none is an error', async () => {
  expect(await refusal(open({}, { threads: 0 }))).toBe(
    'threads: threads: expected a whole number from 1 on, found 0',
  );
});

test('an op that it lacks is an error, not another engine', async () => {
  expect(await refusal(open({ op: 'Cumsum' }))).toBe(
    "engine-op: y: expected an op that the compiled engine has, found Cumsum. Open the model with engine 'auto' or 'tfjs-wasm'",
  );
});

test('without SIMD, and without its file, it says what is missing; the next start tries again', async () => {
  const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  expect(await refusal(open())).toBe(
    "wasm-simd: engine compiled: expected a WebAssembly engine with SIMD, found one without. Update the browser, or open the model with engine 'tfjs-wasm'",
  );
  validate.mockRestore();
  vi.spyOn(WebAssembly, 'compile').mockRejectedValueOnce(new Error('bad magic'));
  expect(await refusal(open())).toMatch(
    /^wasm-file: .*kernels\.relaxed-simd\.wasm: expected the kernels of @asfp\/kernels, found a file that begins with 00 61 73 6d\. Serve/,
  );
  await (await open()).dispose();
});

test('a module that is passed in is used, and nothing is fetched or compiled', async () => {
  const { kernelBytes } = await import('@asfp/kernels');
  const module = new WebAssembly.Module(await kernelBytes('simd'));
  const compile = vi.spyOn(WebAssembly, 'compile');
  const session = await open({}, { kernels: module, threads: 2 });
  expect([...(await session.run(Float32Array.of(1, 10)))]).toEqual([41, 52, 63]);
  expect(compile).not.toHaveBeenCalled();
  // Its memory is its own.
  expect(session.info.threads).toBe(1);
});
