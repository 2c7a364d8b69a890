// Knows the kernels that only move or share values on the wasm backend: copies, casts to the same type, slices.
import * as tf from '@tensorflow/tfjs-core';
import type { KernelCall } from './kernelCall.ts';
import { kernelsOf } from './kernels.ts';
import { addressOf, makeOutput } from './wasmBackend.ts';

/** The same values under the same address, counted once more; tfjs's own kernel copies them. */
export function share({ inputs: { x }, backend }: KernelCall<'x'>): tf.TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}

/** The part of `x` (float32, at most rank 4) of the given size from `begin` on. */
export function slice({ inputs: { x }, attrs, backend }: KernelCall<'x', tf.SliceAttrs>): tf.TensorInfo {
  const [begin, size] = tf.slice_util.parseSliceParams(x, attrs.begin, attrs.size) as [number[], number[]];
  const out = makeOutput(backend, size);
  const [n0, n1, n2, run] = toFour(size, 1);
  const [from0, from1, from2, from3] = toFour(begin, 0);
  const [, h, w, c] = toFour(x.shape, 1);
  const first = ((from0 * h + from1) * w + from2) * c + from3;
  kernelsOf(backend).call.moveBlock(
    ...[addressOf(backend, x) + 4 * first, addressOf(backend, out), n0, n1, n2, run],
    ...[h * w * c, w * c, c, n1 * n2 * run, n2 * run, run],
  );
  return out;
}

/** Fills up in front to rank 4. */
function toFour(values: readonly number[], filler: number): [number, number, number, number] {
  const front = Array<number>(4 - values.length).fill(filler);
  return [...front, ...values] as [number, number, number, number];
}
