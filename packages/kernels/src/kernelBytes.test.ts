import { afterEach, expect, test, vi } from 'vitest';
import { kernelBytes } from './kernelBytes.ts';
import { testBytes } from './testing/testKernels.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('in Node the file is read from the disk', async () => {
  expect(Buffer.compare(await kernelBytes('simd'), testBytes('simd'))).toBe(0);
});

test('elsewhere it is fetched, and an answer that is none says so', async () => {
  vi.stubGlobal('process', undefined);
  vi.stubGlobal('fetch', async () => new Response(Uint8Array.of(1, 2)));
  expect([...(await kernelBytes('relaxed-simd'))]).toEqual([1, 2]);
  vi.stubGlobal('fetch', async () => new Response('', { status: 404 }));
  await expect(kernelBytes('simd')).rejects.toThrow('status 404');
});
