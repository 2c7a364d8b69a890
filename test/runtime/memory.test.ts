// Knows that sessions leave nothing behind: tensors, buffers and memory counted over many rounds and runs.
import { parseGraph, writeGraphModel } from '@asfp/core';
import { type EngineName, openModel } from '@asfp/edge-runtime';
import { engine } from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';

const { json, shards } = writeGraphModel(
  parseGraph(`graph "g"
x = input dtype="float32" shape=[null,4,4,8]
k = const float32[3,3,8,32] seed=1
d = const float32[32,10] seed=3
c = conv2d(x, k) activation="relu" pad="same" strides=[1,1]
m = mean(c) axes=[1,2] keepDims=false
y = matMul(m, d)
output "y" = y
`),
);
const PICTURE = 4 * 4 * 8;

/** What tfjs holds: tensors, data of the wasm backend, and bytes of its memory. */
function held(): Record<string, number> {
  const backend = engine().registry['wasm'] as
    | { numDataIds(): number; wasm: { HEAPU8: Uint8Array } }
    | undefined;
  const { numTensors, numDataBuffers, numBytes } = engine().state;
  const { numDataIds = 0, bytes = 0 } = backend
    ? { numDataIds: backend.numDataIds(), bytes: backend.wasm.HEAPU8.length }
    : {};
  return { numTensors, numDataBuffers, numBytes, numDataIds, bytes };
}

/** One session from its opening to its end, run in batches of 1 to 4. */
async function round(name: EngineName, runs: number): Promise<void> {
  const session = await openModel({ json, shards }, { engine: name, threads: 1 });
  for (let run = 0; run < runs; run++) {
    const batch = 1 + (run % 4);
    await session.run(new Float32Array(batch * PICTURE), { batch });
  }
  await session.dispose();
}

test('twenty sessions on tfjs, one after another and at once, give all tensors and buffers back', async () => {
  await round('tfjs-wasm', 8);
  const before = held();
  for (let i = 0; i < 20; i++) await round('tfjs-wasm', 8);
  expect(held()).toEqual(before);
  await Promise.all(Array.from({ length: 4 }, () => round('tfjs-wasm', 8)));
  const { bytes, ...counts } = held();
  // Four at once may have taken more memory, which stays tfjs's; nothing in it is in use.
  expect(counts).toEqual({ ...before, bytes: undefined });
  expect(bytes).toBeLessThan((before['bytes'] as number) + 2 ** 24);
});

test('a hundred thousand runs in batches of all sizes hold what one run holds', async () => {
  const session = await openModel({ json, shards }, { engine: 'tfjs-wasm', threads: 1 });
  const runs = async (count: number): Promise<void> => {
    for (let run = 0; run < count; run++) {
      const batch = 1 + (run % 4);
      await session.run(new Float32Array(batch * PICTURE), { batch });
    }
  };
  await runs(8);
  const before = held();
  await runs(100_000);
  expect(held()).toEqual(before);
  await session.dispose();
});

test('a hundred thousand runs on the compiled engine take no memory of WebAssembly', async () => {
  const session = await openModel({ json, shards }, { engine: 'compiled', threads: 1 });
  const runs = async (count: number): Promise<void> => {
    for (let run = 0; run < count; run++) {
      const batch = 1 + (run % 4);
      await session.run(new Float32Array(batch * PICTURE), { batch });
    }
  };
  await runs(8);
  const grown = vi.spyOn(WebAssembly.Memory.prototype, 'grow');
  const made = vi.spyOn(WebAssembly, 'Memory');
  const before = process.memoryUsage();
  await runs(100_000);
  expect(made).not.toHaveBeenCalled();
  expect(grown).not.toHaveBeenCalled();
  // What the answers took is given back when there is need; nothing else may have come.
  const { external, arrayBuffers } = process.memoryUsage();
  expect(external - before.external + arrayBuffers - before.arrayBuffers).toBeLessThan(2 ** 27);
  vi.restoreAllMocks();
  await session.dispose();
});

test('the compiled engine holds memory for its open sessions alone', async () => {
  await round('compiled', 8);
  const made: WeakRef<WebAssembly.Memory>[] = [];
  const Plain = WebAssembly.Memory;
  class Counted extends Plain {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      made.push(new WeakRef(this));
    }
  }
  WebAssembly.Memory = Counted;
  try {
    for (let i = 0; i < 20; i++) await round('compiled', 8);
  } finally {
    WebAssembly.Memory = Plain;
  }
  expect(made.length).toBeGreaterThanOrEqual(20);
  // Memories pass as soon as the engine needs room: asking for much makes it look.
  for (let i = 0; i < 40 && made.some((each) => each.deref()); i++) {
    await new Promise((resolve) => setTimeout(resolve));
    new Array(2 ** 20).fill(i);
    new ArrayBuffer(2 ** 26);
  }
  expect(made.filter((each) => each.deref()).length).toBeLessThan(made.length / 2);
});
