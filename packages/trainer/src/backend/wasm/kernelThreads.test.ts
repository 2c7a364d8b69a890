import { expect, test } from 'vitest';
import { largestError, noiseValues } from '../testing/onBothBackends.ts';
import type { ConvInfo } from './convShape.ts';
import { kernelBinary } from './kernelBinary.ts';
import { type Kernels, kernelsOf, useThreads } from './kernels.ts';
import { controlBytes, startKernelThreads } from './kernelThreads.ts';
import { sharedWasmBackend } from './sharedWasmBackend.ts';
import { unrolledFilterGrad, unrolledForward } from './unrolledConv.ts';
import type { WasmBackend } from './wasmBackend.ts';
import { webAssembly } from './webAssembly.ts';
import { winogradFilterGrad, winogradForward } from './winogradConv.ts';

const memory = new webAssembly.Memory({ initial: 4, maximum: 65536, shared: true });
const module = new webAssembly.Module(Buffer.from(kernelBinary.simd, 'base64'));
const [control, counter, a, b, y] = [1024, 2048, 4096, 36864, 69632] as const;

test('other threads do the work when this one leaves it to them', () => {
  const threads = startKernelThreads(2, module, memory, control);
  const words = new Int32Array(memory.buffer);
  const floats = new Float32Array(memory.buffer);
  for (const round of [1, 2, 3]) {
    floats.fill(round, a / 4, a / 4 + 8000);
    floats.fill(0.5, b / 4, b / 4 + 8000);
    words[counter / 4] = 0;
    const chunks = 80;
    threads.during('add', [counter, chunks, a, b, y, 8000, 100], 0, 0, () => {
      while (Atomics.load(words, counter / 4) < chunks) Atomics.wait(words, control / 4 + 20, 0, 1);
    });
    expect(floats.subarray(y / 4, y / 4 + 8000).every((value) => value === round + 0.5)).toBe(true);
  }
});

test('a kernel that traps in another thread is reported', () => {
  const threads = startKernelThreads(1, module, memory, control + controlBytes);
  const words = new Int32Array(memory.buffer);
  words[counter / 4] = 0;
  const beyond = memory.buffer.byteLength;
  expect(() =>
    threads.during('add', [counter, 1, beyond, beyond, beyond, 4, 4], 0, 0, () => {
      while (Atomics.load(words, counter / 4) < 1) Atomics.wait(words, control / 4 + 20, 0, 1);
    }),
  ).toThrow('internal: a thread failed in the kernel add');
});

/** A convolution for both forms. */
const info = {
  batchSize: 21,
  inHeight: 12,
  inWidth: 10,
  inChannels: 12,
  outHeight: 12,
  outWidth: 10,
  outChannels: 20,
  filterHeight: 3,
  filterWidth: 3,
  strideHeight: 1,
  strideWidth: 1,
  dilationHeight: 1,
  dilationWidth: 1,
  padInfo: { top: 1, left: 1, bottom: 1, right: 1, type: 'SAME' },
} as ConvInfo;
const passes = [winogradForward, unrolledForward, winogradFilterGrad, unrolledFilterGrad];

test('the numbers are the same bits with one thread and with three', async () => {
  const results = await Promise.all(
    [1, 3].map(async (count) => {
      const backend = (await sharedWasmBackend()) as unknown as WasmBackend;
      useThreads(backend, count);
      return passes.map((pass) => run(backend, kernelsOf(backend), info, pass));
    }),
  );
  const [one, three] = results as [Buffer[], Buffer[]];
  for (const [i, each] of one.entries()) expect(three[i]?.equals(each)).toBe(true);
});

test('both builds give the same numbers but for the rounding of products', async () => {
  const [plain, fused] = await Promise.all(
    (['simd', 'relaxed-simd'] as const).map(async (build) => {
      const backend = (await sharedWasmBackend()) as unknown as WasmBackend;
      const kernels = kernelsOf(backend, build);
      return passes.map((pass) => run(backend, kernels, info, pass));
    }),
  );
  for (const [i, pass] of passes.entries()) {
    const [a, b] = [plain?.[i] as Buffer, fused?.[i] as Buffer];
    expect(a.equals(b)).toBe(false);
    const floats = (bytes: Buffer): Float32Array => new Float32Array(new Uint8Array(bytes).buffer);
    // As in convKernels.test.ts.
    expect(largestError(floats(b), floats(a))).toBeLessThan(pass.name.startsWith('winograd') ? 1e-5 : 2e-6);
  }
});

type Pass = (kernels: Kernels, info: ConvInfo, a: number, b: number, out: number) => void;

function run(backend: WasmBackend, kernels: Kernels, info: ConvInfo, pass: Pass): Buffer {
  const sizes = [21 * 120 * 12, pass.name.includes('Filter') ? 21 * 120 * 20 : 9 * 12 * 20, 21 * 120 * 20];
  const places = sizes.map((size) => backend.wasm._malloc(4 * size));
  for (const [i, place] of places.slice(0, 2).entries()) {
    backend.wasm.HEAPU8.set(new Uint8Array(noiseValues(sizes[i] as number, i + 1).buffer), place);
  }
  const [first, second, out] = places as [number, number, number];
  pass(kernels, info, first, second, out);
  const length = 4 * (pass.name.includes('Filter') ? 9 * 12 * 20 : 21 * 120 * 20);
  return Buffer.from(backend.wasm.HEAPU8.slice(out, out + length));
}
