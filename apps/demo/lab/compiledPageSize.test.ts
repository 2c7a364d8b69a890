// Knows how much a page may ship that uses the compiled engine alone.
import { expect, test } from 'vitest';
import { compiledPageSize } from './compiledPageSize.ts';

/** 40 kB of JavaScript and WebAssembly together, gzipped. */
const MOST_BYTES = 40_000;

test('a page with the compiled engine alone ships at most 40 kB, and nothing of tfjs', async () => {
  const { files, bytes, code } = await compiledPageSize();
  expect({ files, fits: bytes <= MOST_BYTES }).toEqual({ files, fits: true });
  // Both parts are there: the engine, and kernels of a plausible size.
  expect(code.includes('winogradScratch')).toBe(true);
  expect(files.filter(({ name }) => name.endsWith('.wasm')).map(({ bytes: one }) => one > 5000)).toEqual([
    true,
  ]);
  expect(/tfjsflags|WEBGL_VERSION/.test(code)).toBe(false);
});
