// Knows how tests get at the kernels, both builds where this engine has them, and at memory for them.
import { readFileSync } from 'node:fs';
import { type KernelBuild, kernelFile } from '../kernelFile.ts';
import { type Kernels, openKernels } from '../openKernels.ts';

/** Kernels and a memory in which a test puts things side by side. */
export interface TestKernels {
  readonly kernels: Kernels;
  /** Puts numbers at an address of their own, with `spare` floats of NaN behind them that nobody may use. */
  readonly put: (values: ArrayLike<number>, spare?: number) => number;
  /** Room for results, filled with NaN. */
  readonly room: (floats: number) => number;
  /** The floats at an address. */
  readonly read: (address: number, floats: number) => Float32Array;
  /** Puts bytes or whole numbers as they are. */
  readonly putRaw: (data: Uint8Array | Int32Array) => number;
}

/** Both builds; vitest.config.ts sees to it that the tests' engine can run them. */
export const testBuilds: readonly KernelBuild[] = ['simd', 'relaxed-simd'];

/** The file of a build. */
export function testBytes(build: KernelBuild): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(kernelFile(build)));
}

/** The compiled module of a build. */
export function testModule(build: KernelBuild): WebAssembly.Module {
  return new WebAssembly.Module(testBytes(build));
}

/** Kernels over a fresh memory of 16 MiB. */
export function testKernels(build: KernelBuild = 'simd'): TestKernels {
  const kernels = openKernels(testModule(build), 16 << 20);
  const floats = new Float32Array(kernels.memory.buffer);
  let next = 1024;
  const take = (bytes: number): number => {
    const at = next;
    next += Math.ceil((bytes + 64) / 64) * 64;
    return at;
  };
  return {
    kernels,
    put(values, spare = 16) {
      const at = take((values.length + spare) * 4);
      floats.fill(Number.NaN, at / 4, at / 4 + values.length + spare);
      floats.set(values, at / 4);
      return at;
    },
    room(count) {
      const at = take((count + 16) * 4);
      floats.fill(Number.NaN, at / 4, at / 4 + count + 16);
      return at;
    },
    read: (address, count) => floats.slice(address / 4, address / 4 + count),
    putRaw(data) {
      const at = take(data.byteLength);
      new Uint8Array(kernels.memory.buffer).set(
        new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
        at,
      );
      return at;
    },
  };
}

/** The same numbers between −1 and 1 for the same seed. */
export function testNumbers(count: number, seed: number): Float32Array {
  let state = seed + 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x40000000 - 1;
  });
}
