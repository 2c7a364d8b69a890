// Knows how many bytes a weight takes in a shard.
import { sizeOf } from '@asfp/core';

/** One weight of a manifest, as tfjs writes it. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string };
}

const BYTES: ReadonlyMap<string, number> = new Map([
  ['float32', 4],
  ['int32', 4],
  ['complex64', 8],
  ['float16', 2],
  ['uint16', 2],
  ['uint8', 1],
  ['bool', 1],
]);

/** Bytes of one weight as stored; undefined where the file does not say (strings, unknown types). */
export function weightBytes(spec: WeightSpec): number | undefined {
  const each = BYTES.get(spec.quantization?.dtype ?? spec.dtype);
  return each === undefined ? undefined : each * sizeOf(spec.shape);
}
