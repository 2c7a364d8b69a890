// Knows how weights become the bytes of a file and its manifest entries, each in the form that its tensor has.
import { assertInternal } from '../errors.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import type { WeightGroup, WeightSpec } from './manifest.ts';

/** Weights as one file's bytes and its manifest group, in the order given; a stored form is written as it is. */
export function encodeWeights(
  weights: ReadonlyMap<string, HostTensor>,
  path: string,
): { readonly group: WeightGroup; readonly bytes: Uint8Array } {
  const total = [...weights.values()].reduce((sum, tensor) => sum + written(tensor).byteLength, 0);
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const tensor of weights.values()) {
    const { buffer, byteOffset, byteLength } = written(tensor);
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return { group: { paths: [path], weights: [...weights].map(specOf) }, bytes };
}

function written({ values, stored }: HostTensor): HostTensor['values'] | Uint16Array {
  if (stored === undefined) return values;
  assertInternal(
    stored.values.length === values.length,
    `${values.length} values stored as ${stored.values.length}`,
  );
  return stored.values;
}

function specOf([name, { shape, dtype, stored }]: readonly [string, HostTensor]): WeightSpec {
  const spec = { name, shape: [...shape], dtype };
  if (stored === undefined) return spec;
  const { dtype: to, scale, min } = stored;
  const quantization =
    to === 'float16'
      ? { dtype: to, original_dtype: dtype }
      : { dtype: to, min, scale, original_dtype: dtype };
  return { ...spec, quantization };
}
