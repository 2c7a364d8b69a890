// Knows an open model from its address to its end, on tfjs's real wasm backend.
import { AsfpError, float32Tensor } from '@asfp/core';
import { engine, getBackend, type KernelBackend, registerBackend, setBackend } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EngineName } from './engines/engine.ts';
import { onBackend } from './engines/onBackend.ts';
import { openModel } from './openModel.ts';
import type { Session } from './session.ts';

const MODEL = 'http://host/model.json';
const attr = { T: { type: 'DT_FLOAT' } };
const flag = { transpose_a: { b: false }, transpose_b: { b: false } };

/** `scores = pixels [n, 1, 2, 1] as [n, 2] · [[1, 2, 3], [4, 5, 6]]`, and `sums`, their sum. */
function modelJson(options: {
  readonly op?: string;
  readonly outputs?: readonly string[];
  readonly card?: object;
}): string {
  const { op = 'Identity', outputs = ['y'], card } = options;
  const dims = ['-1', '1', '2', '1'].map((size) => ({ size }));
  const constant = (name: string): object => ({ name, op: 'Const', attr: {} });
  return JSON.stringify({
    format: 'graph-model',
    signature: {
      inputs: { pixels: { name: 'x:0' } },
      outputs: Object.fromEntries(outputs.map((name) => [name, { name: `${name}:0` }])),
    },
    modelTopology: {
      versions: {},
      node: [
        {
          name: 'x',
          op: 'Placeholder',
          attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim: dims } } },
        },
        constant('w'),
        constant('flat'),
        constant('axis'),
        { name: 'rows', op: 'Reshape', input: ['x', 'flat'], attr },
        { name: 'scores', op: 'MatMul', input: ['rows', 'w'], attr: { ...attr, ...flag } },
        { name: 'sums', op: 'Sum', input: ['scores', 'axis'], attr: { ...attr, keep_dims: { b: false } } },
        { name: 'y', op, input: ['scores'], attr },
      ],
    },
    weightsManifest: [
      {
        paths: ['w.bin'],
        weights: [
          { name: 'w', shape: [2, 3], dtype: 'float32' },
          { name: 'flat', shape: [2], dtype: 'int32' },
          { name: 'axis', shape: [1], dtype: 'int32' },
        ],
      },
    ],
    userDefinedMetadata: card === undefined ? {} : { asfp: card },
  });
}

const weights = new Uint8Array([
  ...new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer),
  ...new Uint8Array(Int32Array.of(-1, 2, 1).buffer),
]);

const card = {
  format: 'asfp.model-card/1',
  input: { height: 1, width: 2, channels: 1, mean: [0], deviation: [1] },
  labels: ['a', 'b', 'c'],
};

function serve(json: string): void {
  vi.stubGlobal('fetch', async (url: string) => new Response(url === MODEL ? json : weights));
}

const open = async (options: Parameters<typeof modelJson>[0] = {}): Promise<Session> => {
  serve(modelJson(options));
  return openModel(MODEL, { engine: 'tfjs-wasm' });
};

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AsfpError) return `${error.code}: ${error.message}`;
  throw new Error('expected an AsfpError', { cause: error });
}

const tensorCount = (): number => engine().state.numTensors;
let before = 0;

beforeEach(() => {
  before = tensorCount();
});

afterEach(() => {
  vi.unstubAllGlobals();
  expect(tensorCount()).toBe(before);
});

test('runs on the engine that was asked for, single and batched, and gives everything back', async () => {
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
  expect(tensorCount()).toBe(before + 3);
  expect([...(await session.run(Float32Array.of(1, 10)))]).toEqual([41, 52, 63]);
  const batched = await session.run({ pixels: Float32Array.of(1, 0, 0, 1) }, { batch: 2 });
  expect([...batched]).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...(await session.run(float32Tensor([1, 1, 2, 1], [1, 1])))]).toEqual([5, 7, 9]);
  expect(tensorCount()).toBe(before + 3);
  await session.dispose();
  await session.dispose();
  expect(tensorCount()).toBe(before);
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

test('runs that overlap take turns', async () => {
  const [one, two] = [await open(), await open()];
  const runs = Array.from({ length: 6 }, (_, i) => (i % 2 ? one : two).run(Float32Array.of(i, 0)));
  const firsts = (await Promise.all(runs)).map((output) => output[0]);
  expect(firsts).toEqual([0, 1, 2, 3, 4, 5]);
  await Promise.all([one.dispose(), two.dispose()]);
});

test('an op that the engine lacks is named before anything runs', async () => {
  serve(modelJson({ op: 'RFFT' }));
  expect(await refusal(openModel(MODEL, { engine: 'tfjs-wasm' }))).toMatchInlineSnapshot(
    `"missing-kernel: http://host/model.json: expected ops that engine tfjs-wasm has, found RFFT (kernel FFT). Open it with another engine"`,
  );
  serve(modelJson({ op: 'MyOp' }));
  expect(await refusal(openModel(MODEL, { engine: 'tfjs-wasm' }))).toContain('found MyOp (unknown to tfjs)');
});

test('an engine that is none is refused', async () => {
  expect(await refusal(openModel(MODEL, { engine: 'cpu' as EngineName }))).toBe(
    'unknown-engine: engine: expected tfjs-wasm or tfjs-webgl, found "cpu"',
  );
});

test('a session goes back to its backend, and one that is taken away during a run is an error', async () => {
  const session = await open();
  const other = { dispose: () => undefined } as unknown as KernelBackend;
  registerBackend('other', () => other);
  await setBackend('other');
  expect([...(await session.run(Float32Array.of(1, 0)))]).toEqual([1, 2, 3]);
  expect(getBackend()).toBe('wasm');
  const stolen = onBackend('wasm', () => setBackend('other'));
  expect(await refusal(stolen)).toBe(
    'engine-switched: engine tfjs-wasm: expected tfjs to stay on its wasm backend, found the other backend. Another part of the page sets the backend of tfjs: leave it to the sessions',
  );
  expect([...(await session.run(Float32Array.of(0, 1)))]).toEqual([4, 5, 6]);
  await session.dispose();
});

test('an abort while loading leaves nothing behind', async () => {
  serve(modelJson({}));
  const reason = new Error('left the page');
  const stop = new AbortController();
  const opening = openModel(MODEL, {
    engine: 'tfjs-wasm',
    signal: stop.signal,
    onProgress: () => stop.abort(reason),
  });
  await expect(opening).rejects.toBe(reason);
});
