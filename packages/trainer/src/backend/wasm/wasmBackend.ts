// Knows the inside of tfjs's wasm backend that kernels of ours rely on: where tensors lie, and how memory is had.
import { AsfpError, assertInternal } from '@asfp/core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmMemory } from './webAssembly.ts';

/** tfjs-backend-wasm's BackendWasm, as kernels see it. */
export interface WasmBackend {
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } | undefined };
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    readonly asm: { readonly memory: WasmMemory };
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  incRef(dataId: object): void;
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
}

/** The byte address of a tensor's values. */
export function addressOf(backend: WasmBackend, tensor: TensorInfo): number {
  const data = backend.dataIdMap.get(tensor.dataId);
  assertInternal(data, 'a tensor that is not on the wasm backend');
  // Addresses above 2 GiB come back signed.
  return data.memoryOffset >>> 0;
}

/** Memory from the backend's own allocator; throws AsfpError `out-of-memory`. */
export function allocate(backend: WasmBackend, bytes: number): number {
  const address = backend.wasm._malloc(bytes) >>> 0;
  if (address === 0) throw outOfMemory(bytes);
  return address;
}

/** A float32 output of a kernel, its values not yet written; throws AsfpError `out-of-memory`. */
export function makeOutput(backend: WasmBackend, shape: readonly number[]): TensorInfo {
  const output = backend.makeOutput(shape, 'float32');
  const bytes = 4 * shape.reduce((product, length) => product * length, 1);
  if (bytes > 0 && addressOf(backend, output) === 0) throw outOfMemory(bytes);
  return output;
}

function outOfMemory(bytes: number): AsfpError {
  return new AsfpError({
    code: 'out-of-memory',
    where: 'wasm backend',
    expected: `${(bytes / 2 ** 20).toFixed(1)} MiB more`,
    found: 'the 4 GiB of WebAssembly in use',
    cure: 'Train with a smaller batch, or on another backend',
  });
}
