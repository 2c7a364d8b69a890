// Knows how tfjs calls a kernel.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasmBackend.ts';

/** The arguments of a kernel: `Inputs` names its tensors, `Attrs` is the rest. */
export interface KernelCall<Inputs extends string, Attrs = object> {
  readonly inputs: Readonly<Record<Inputs, TensorInfo>>;
  readonly attrs: Attrs;
  readonly backend: WasmBackend;
}
