// Knows the part of tfjs-node's backend that our kernels use: TensorFlow's operations, called by name.
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** An attribute of an operation, as the native addon takes it. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | string | boolean | readonly number[];
}

/** tfjs-node's backend, native addon and all; the same in every 4.x. */
export interface TensorflowBackend {
  readonly binding: {
    readonly TF_FLOAT: number;
    readonly TF_ATTR_TYPE: number;
    readonly TF_ATTR_FLOAT: number;
    readonly TF_ATTR_STRING: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_Version?: string;
    isUsingGpuDevice(): boolean;
  };
  /** Runs an operation with one output. */
  executeSingleOutput(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly TensorInfo[],
  ): Tensor;
  /** Runs an operation with `count` outputs. */
  executeMultipleOutputs(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly TensorInfo[],
    count: number,
  ): Tensor[];
}

/** What tfjs hands to a kernel of this backend. */
export interface KernelCall<Inputs extends string, Attrs = unknown> {
  readonly inputs: Readonly<Record<Inputs, TensorInfo>>;
  readonly attrs: Attrs;
  readonly backend: TensorflowBackend;
}

/** The attribute `T` of an operation on float32. */
export function floatType({ binding }: TensorflowBackend, name = 'T'): OpAttribute {
  return { name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
}
