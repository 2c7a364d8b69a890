// Knows the element by element kernels on the wasm backend: ReLU and its gradient, and sums of equal shapes.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall } from './kernelCall.ts';
import { kernelsOf } from './kernels.ts';
import { addressOf, makeOutput, type WasmBackend } from './wasmBackend.ts';

/** Floats of a chunk: 64 KiB. */
const CHUNK = 16384;

/** `max(x, 0)`. */
export function relu({ inputs: { x }, backend }: KernelCall<'x'>): TensorInfo {
  return clip(backend, x, Infinity);
}

/** `min(max(x, 0), 6)`. */
export function relu6({ inputs: { x }, backend }: KernelCall<'x'>): TensorInfo {
  return clip(backend, x, 6);
}

/** `dy` where `0 < x <= top`, else 0. */
export function reluGrad({
  inputs: { dy, x },
  attrs: { top },
  backend,
}: KernelCall<'dy' | 'x', { readonly top: number }>): TensorInfo {
  const dx = makeOutput(backend, x.shape);
  const size = sizeOf(x);
  kernelsOf(backend).run(
    'reluGrad',
    Math.ceil(size / CHUNK),
    0,
    ...[dy, x, dx].map((tensor) => addressOf(backend, tensor)),
    ...[size, CHUNK, bitsOf(top)],
  );
  return dx;
}

/** `a + b` of two float32 tensors of one shape. */
export function addSameShape({ inputs: { a, b }, backend }: KernelCall<'a' | 'b'>): TensorInfo {
  const y = makeOutput(backend, a.shape);
  const size = sizeOf(a);
  kernelsOf(backend).run(
    'add',
    Math.ceil(size / CHUNK),
    0,
    ...[a, b, y].map((tensor) => addressOf(backend, tensor)),
    ...[size, CHUNK],
  );
  return y;
}

function clip(backend: WasmBackend, x: TensorInfo, top: number): TensorInfo {
  const y = makeOutput(backend, x.shape);
  const size = sizeOf(x);
  kernelsOf(backend).run(
    'relu',
    Math.ceil(size / CHUNK),
    0,
    ...[addressOf(backend, x), addressOf(backend, y), size, CHUNK, bitsOf(top)],
  );
  return y;
}

function sizeOf({ shape }: TensorInfo): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The bits of a float32: the kernels that threads share take integers only. */
function bitsOf(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0] as number;
}
