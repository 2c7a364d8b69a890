// Knows how the wasm engine fails to start, and what is said then.
import { AsfpError } from '@asfp/core';
import { afterEach, expect, test, vi } from 'vitest';
import type { EngineOptions } from './engine.ts';
import { tfjsWasm } from './tfjsWasm.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

async function refusal(options: EngineOptions): Promise<string> {
  const error = await tfjsWasm.start(options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AsfpError) return `${error.code}: ${error.message}`;
  throw new Error('expected an AsfpError', { cause: error });
}

function answer(response: () => Response): void {
  vi.stubGlobal('fetch', async () => response());
}

const wasmPaths = 'http://host/wasm/';

test('a page in place of the binary is named by its address and first bytes', async () => {
  answer(() => new Response('<!DOCTYPE html>'));
  expect(await refusal({ wasmPaths })).toMatch(
    /^wasm-file: http:\/\/host\/wasm\/tfjs-backend-wasm(-simd)?\.wasm: expected tfjs's WebAssembly file, found a file that begins with 3c 21 44 4f\. Serve /,
  );
});

test('a missing or empty binary, an unreachable server, and a map without the file', async () => {
  answer(() => new Response('', { status: 404 }));
  expect(await refusal({ wasmPaths })).toContain('found status 404');
  answer(() => new Response(''));
  expect(await refusal({ wasmPaths })).toContain('begins with nothing');
  answer(() => {
    throw new TypeError('fetch failed');
  });
  expect(await refusal({ wasmPaths })).toContain('found no answer (fetch failed)');
  expect(await refusal({ wasmPaths: {} })).toContain('found no address');
});

test('a page that may not compile WebAssembly is told which directive allows it', async () => {
  vi.stubGlobal('WebAssembly', {
    Module: class {
      constructor() {
        throw new EvalError('Refused to compile or instantiate WebAssembly module');
      }
    },
  });
  const text = await refusal({});
  expect(text).toContain('wasm-blocked');
  expect(text).toContain("script-src 'wasm-unsafe-eval'");
});
