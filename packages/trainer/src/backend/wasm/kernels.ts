// Knows how the compiled kernels come to a backend's memory, and keeps the room they work in.
import { setFlagsFromString } from 'node:v8';
import { InternalError } from '@asfp/core';
import { kernelBinary } from './kernelBinary.ts';
import type { KernelExports, SharedKernel } from './kernelExports.ts';
import { controlBytes, startKernelThreads } from './kernelThreads.ts';
import { allocate, type WasmBackend } from './wasmBackend.ts';
import { type WasmMemory, webAssembly } from './webAssembly.ts';

/** The kernels of one backend, with their working memory; lives as long as the backend. */
export interface Kernels {
  readonly call: KernelExports;
  /** Runs a kernel that shares its work in chunks, each thread with `scratchBytes` of its own. */
  run(name: SharedKernel, chunks: number, scratchBytes: number, ...args: number[]): void;
  /** Addresses of pieces of working memory of the given byte sizes; valid until the next call. */
  workspace(...bytes: number[]): number[];
  /** Puts 32-bit words at an address. */
  writeWords(address: number, words: Int32Array): void;
  /** Copies bytes within the memory. */
  copy(from: number, to: number, bytes: number): void;
}

/** The two builds: relaxed SIMD has a fused multiply-add. */
export type KernelBuild = keyof typeof kernelBinary;

const known = new WeakMap<WasmBackend, Kernels>();
const threadCounts = new WeakMap<object, number>();

/** Says how many threads the kernels of a backend with shared memory may use; before their first call. */
export function useThreads(backend: object, count: number): void {
  threadCounts.set(backend, count);
}

/** How many threads the kernels of this backend use. */
export function threadsOf(backend: object): number {
  return threadCounts.get(backend) ?? 1;
}

/** The kernels on this backend's memory, made at the first call: of the fastest build that runs here, unless it is named. */
export function kernelsOf(backend: WasmBackend, build?: KernelBuild): Kernels {
  const kernels = known.get(backend) ?? createKernels(backend, build ?? fastestBuild());
  known.set(backend, kernels);
  return kernels;
}

/** Relaxed SIMD wherever V8 has it; Node 20 has it behind a flag, which counts for modules compiled after it is set. */
function fastestBuild(): KernelBuild {
  if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
  return webAssembly.validate(bytesOf('relaxed-simd')) ? 'relaxed-simd' : 'simd';
}

function bytesOf(build: KernelBuild): Uint8Array {
  return new Uint8Array(Buffer.from(kernelBinary[build], 'base64'));
}

function createKernels(backend: WasmBackend, build: KernelBuild): Kernels {
  const { memory } = backend.wasm.asm;
  const abort = (): never => {
    throw new InternalError('a kernel stopped');
  };
  const module = new webAssembly.Module(kernelBytes(memory, build));
  const { exports } = new webAssembly.Instance(module, { env: { memory, abort } });
  const call = exports as KernelExports;
  const scratch = growingBlock(backend);
  const room = growingBlock(backend);
  const counter = allocate(backend, 64);
  const count = threadsOf(backend) - 1;
  const threads =
    count > 0 ? startKernelThreads(count, module, memory, allocate(backend, controlBytes)) : undefined;
  return {
    call,
    run(name, chunks, scratchBytes, ...args) {
      const each = roundUp(scratchBytes);
      const at = scratch(each * (count + 1));
      new Int32Array(memory.buffer, counter, 1)[0] = 0;
      const work = (): void => call[name](counter, chunks, at, ...args);
      if (threads === undefined || chunks < 2) work();
      else threads.during(name, [counter, chunks, ...args], at, each, work);
    },
    workspace(...bytes) {
      const sizes = bytes.map(roundUp);
      let end = room(sizes.reduce((sum, size) => sum + size, 0));
      return sizes.map((size) => {
        end += size;
        return end - size;
      });
    },
    copy(from, to, bytes) {
      new Uint8Array(memory.buffer).copyWithin(to, from, from + bytes);
    },
    writeWords(address, words) {
      new Int32Array(memory.buffer, address, words.length).set(words);
    },
  };
}

/** A block of memory that is replaced by a larger one when more is asked for. */
function growingBlock(backend: WasmBackend): (bytes: number) => number {
  let address = 0;
  let size = -1;
  return (bytes) => {
    if (bytes > size) {
      if (address !== 0) backend.wasm._free(address);
      size = roundUp(bytes);
      // The kernels' vectors are faster on whole cache lines.
      address = allocate(backend, size + 64);
    }
    return roundUp(address);
  };
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

/** The module's bytes, its import declared shared or not as the memory is: the one difference between the two. */
function kernelBytes(memory: WasmMemory, build: KernelBuild): Uint8Array {
  const bytes = bytesOf(build);
  const name = new TextEncoder().encode('\u0003env\u0006memory\u0002');
  const flags = bytes.findIndex((_, at) => name.every((byte, i) => bytes[at + i] === byte)) + name.length;
  bytes[flags] = memory.buffer instanceof ArrayBuffer ? 1 : 3;
  return bytes;
}
