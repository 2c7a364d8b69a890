// Knows an open model from its address to its end, on tfjs's real wasm backend.
import { AsfpError, float32Tensor } from '@asfp/core';
import { afterEach, expect, test, vi } from 'vitest';
import type { EngineChoice, EngineName } from './engines/engine.ts';
import { openModel } from './openModel.ts';
import type { Session } from './session.ts';
import { type TinyOptions, tinyFetch, tinyUrl } from './testing/tinyFetch.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const card = {
  format: 'asfp.model-card/1',
  input: { height: 1, width: 2, channels: 1, mean: [0], deviation: [1] },
  labels: ['a', 'b', 'c'],
};

function open(options: TinyOptions = {}, engine: EngineChoice = 'tfjs-wasm'): Promise<Session> {
  vi.stubGlobal('fetch', tinyFetch(options));
  return openModel(tinyUrl, { engine });
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AsfpError) return `${error.code}: ${error.message}`;
  throw new Error('expected an AsfpError', { cause: error });
}

test('runs on the engine that was asked for, single and batched, and ends once', async () => {
  const session = await open();
  expect(session.info).toMatchObject({
    engineUsed: 'tfjs-wasm',
    threads: 1,
    webglRenderer: null,
    softwareGl: false,
    card: null,
    inputs: [{ name: 'pixels', node: 'x', dtype: 'float32', shape: [null, 1, 2, 1] }],
    outputs: [{ name: 'y', node: 'y' }],
  });
  expect([...(await session.run(Float32Array.of(1, 10)))]).toEqual([41, 52, 63]);
  const batched = await session.run({ pixels: Float32Array.of(1, 0, 0, 1) }, { batch: 2 });
  expect([...batched]).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...(await session.run(float32Tensor([1, 1, 2, 1], [1, 1])))]).toEqual([5, 7, 9]);
  await session.dispose();
  await session.dispose();
  expect(await refusal(session.run(Float32Array.of(1, 2)))).toBe(
    'disposed: http://host/model.json: expected an open session, found one that was disposed. Open the model again',
  );
});

test('several outputs come by name', async () => {
  const session = await open({ outputs: ['sums', 'y'] });
  const outputs = await session.runAll(Float32Array.of(1, 0, 0, 1), { batch: 2 });
  expect(Object.keys(outputs)).toEqual(['sums', 'y']);
  expect(outputs['sums']).toEqual({ dtype: 'float32', shape: [2], values: Float32Array.of(6, 15) });
  expect(outputs['y']?.shape).toEqual([2, 3]);
  expect(await refusal(session.run(Float32Array.of(1, 2)))).toContain(
    'expected one output, found sums, y. Use `runAll`',
  );
  await session.dispose();
});

test('pixels are classified as the card says, with or without a softmax in the file', async () => {
  const pixels = { width: 2, height: 1, data: Uint8ClampedArray.of(255, 255, 255, 255, 0, 0, 0, 255) };
  for (const op of ['Identity', 'Softmax']) {
    const session = await open({ card, op });
    const [first, second] = await session.classify(pixels, { top: 2 });
    expect(first?.label).toBe('c');
    // Scores are 1, 2, 3.
    expect(first?.probability).toBeCloseTo(1 / (1 + Math.exp(-1) + Math.exp(-2)), 6);
    expect(second?.label).toBe('b');
    await session.dispose();
  }
  const session = await open();
  expect(await refusal(session.classify(pixels))).toContain('no-card');
  await session.dispose();
});

test('several pictures of any size and normalised numbers are classified at once', async () => {
  const session = await open({ card: { ...card, input: { ...card.input, deviation: [0.5] } } });
  const white = { width: 8, height: 4, data: new Uint8ClampedArray(128).fill(255) };
  const input = await session.toInput([white, Float32Array.of(3, -1)]);
  expect(input).toEqual(float32Tensor([2, 1, 2, 1], [2, 2, 3, -1]));
  const answers = await session.classify([white, Float32Array.of(0, -1)], { top: 1 });
  // 2 · (1 2 3) + 2 · (4 5 6), and −(4 5 6).
  expect(answers.map(([best]) => best?.label)).toEqual(['c', 'a']);
  expect(answers.map((each) => each.length)).toEqual([1, 1]);
  expect(await session.classify([])).toEqual([]);
  expect(await refusal(session.classify(Float32Array.of(1)))).toBe(
    'input-shape: picture: expected 2 numbers for [1, 2, 1], found 1',
  );
  await session.dispose();
});

test('a run that is aborted rejects at once; one that has not begun is left out', async () => {
  const session = await open();
  const reason = new Error('scrolled away');
  const stop = new AbortController();
  const { signal } = stop;
  const running = session.run(Float32Array.of(1, 0), { signal });
  const waiting = session.run(Float32Array.of(1, 0), { signal });
  const after = session.run(Float32Array.of(0, 1));
  stop.abort(reason);
  await expect(running).rejects.toBe(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(session.run(Float32Array.of(1, 0), { signal })).rejects.toBe(reason);
  expect([...(await after)]).toEqual([4, 5, 6]);
  await session.dispose();
});

test('dispose waits for the runs that were asked for before', async () => {
  const session = await open();
  const run = session.run(Float32Array.of(0, 1));
  await session.dispose();
  expect([...(await run)]).toEqual([4, 5, 6]);
});

test('runs that overlap take turns', async () => {
  const [one, two] = [await open(), await open()];
  const runs = Array.from({ length: 6 }, (_, i) => (i % 2 ? one : two).run(Float32Array.of(i, 0)));
  const firsts = (await Promise.all(runs)).map((output) => output[0]);
  expect(firsts).toEqual([0, 1, 2, 3, 4, 5]);
  await Promise.all([one.dispose(), two.dispose()]);
});

test('an op that the engine lacks is named before anything runs', async () => {
  expect(await refusal(open({ op: 'RFFT' }))).toMatchInlineSnapshot(
    `"missing-kernel: http://host/model.json: expected ops that engine tfjs-wasm has, found RFFT (kernel FFT). Open it with another engine"`,
  );
  expect(await refusal(open({ op: 'MyOp' }))).toContain('found MyOp (unknown to tfjs)');
});

test('without a name the first engine that can run it does, and says why', async () => {
  vi.stubGlobal('fetch', tinyFetch());
  const first = await openModel(tinyUrl);
  expect(first.info.engineUsed).toBe('compiled');
  expect(first.info.engineReason).toMatch(/^compiled \S+ ms a run here, which is fast enough/);
  expect([...(await first.run(Float32Array.of(1, 10)))]).toEqual([41, 52, 63]);
  const other = await open({ op: 'OnesLike' }, 'auto');
  expect(other.info.engineUsed).toBe('tfjs-wasm');
  expect(other.info.engineReason).toContain(
    '; compiled cannot run it: y: expected an op that the compiled engine has, found OnesLike',
  );
  await Promise.all([first.dispose(), other.dispose()]);
  expect(await refusal(open({ op: 'MyOp' }, 'auto'))).toMatchInlineSnapshot(
    `"no-engine: http://host/model.json: expected an engine that can run it here, found compiled cannot run it: y: expected an op that the compiled engine has, found MyOp; tfjs-wasm cannot run it: http://host/model.json: expected ops that engine tfjs-wasm has, found MyOp (unknown to tfjs); tfjs-webgpu cannot run it: engine tfjs-webgpu: expected WebGPU in this browser, found none: the browser has none, or the page is not served securely; tfjs-webgl cannot run it: engine tfjs-webgl: expected WebGL in this browser, found none: the browser or its settings switch it off"`,
  );
});

test('an engine that is none is refused', async () => {
  expect(await refusal(openModel(tinyUrl, { engine: 'cpu' as EngineName }))).toBe(
    'unknown-engine: engine: expected one of compiled, tfjs-wasm, tfjs-webgl, tfjs-webgpu, found "cpu"',
  );
});

test('an abort while loading leaves nothing behind', async () => {
  vi.stubGlobal('fetch', tinyFetch());
  const reason = new Error('left the page');
  const stop = new AbortController();
  const opening = openModel(tinyUrl, {
    engine: 'tfjs-wasm',
    signal: stop.signal,
    onProgress: () => stop.abort(reason),
  });
  await expect(opening).rejects.toBe(reason);
});
