// Knows how to give tfjs's wasm backend a memory that threads of ours can work in.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { assertInternal } from '@asfp/core';
import type { KernelBackend } from '@tensorflow/tfjs-core';

/** What emscripten's loader makes; tfjs adds the functions it calls by name. */
interface LoadedModule {
  cwrap(name: string, result: 'number' | null, args: readonly 'number'[]): (...args: number[]) => number;
  tfjs?: object;
}

/**
 * Makes a wasm backend of tfjs's own SIMD module and glue code, differing in one bit: its memory is shared. tfjs's module
 * with threads of its own is no help here: it does not start in Node, and would speed up forward convolutions only.
 */
export async function sharedWasmBackend(): Promise<KernelBackend> {
  const require = createRequire(import.meta.url);
  const library = '@tensorflow/tfjs-backend-wasm';
  const binary = await readFile(require.resolve(`${library}/wasm-out/tfjs-backend-wasm-simd.wasm`));
  const load = require(`${library}/wasm-out/tfjs-backend-wasm.js`) as (
    options: object,
  ) => Promise<LoadedModule>;
  const module = await load({ wasmBinary: shareMemory(binary), print: ignore, printErr: ignore });
  // The same table that tfjs's own start-up makes.
  module.tfjs = {
    init: module.cwrap('init', null, []),
    initWithThreadsCount: module.cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: module.cwrap('get_threads_count', 'number', []),
    registerTensor: module.cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: module.cwrap('dispose_data', null, ['number']),
    dispose: module.cwrap('dispose', null, []),
  };
  const { BackendWasm } = await import('@tensorflow/tfjs-backend-wasm');
  return new BackendWasm(module as never) as unknown as KernelBackend;
}

/** A copy of a WebAssembly module whose own memory is declared shared. */
function shareMemory(binary: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(binary);
  const memorySection = 5;
  const [header, limited, limitedAndShared] = [8, 1, 3];
  for (let at = header; at < bytes.length; ) {
    const section = bytes[at];
    const [size, start] = readNumber(bytes, at + 1);
    if (section === memorySection) {
      const [count, flags] = readNumber(bytes, start);
      assertInternal(
        count === 1 && bytes[flags] === limited,
        'the wasm module has another memory than expected',
      );
      bytes[flags] = limitedAndShared;
      return bytes;
    }
    at = start + size;
  }
  assertInternal(false, 'the wasm module has no memory of its own');
}

/** A number in LEB128, and the place after it. */
function readNumber(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at];
  }
}

function ignore(): void {}
