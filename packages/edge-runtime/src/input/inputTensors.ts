// Knows how plain numbers fill the inputs of a model, and says which one they do not fit.
import { AsfpError, type HostTensor, sizeOf } from '@asfp/core';
import type { TensorSpec } from '../engines/engine.ts';

/** The numbers of an input, batch first; a HostTensor where the file leaves the shape open. */
export type InputArray = Float32Array | HostTensor;

/** The only input of a model, or its inputs by name. */
export type InputValues = InputArray | Readonly<Record<string, InputArray>>;

/** One tensor for each spec, in order; throws an AsfpError for a name, length or shape that does not fit. */
export function inputTensors(
  specs: readonly TensorSpec[],
  input: InputValues,
  batch: number,
  where: string,
): HostTensor[] {
  if (!Number.isInteger(batch) || batch < 1) {
    throw misfit(where, 'batch', 'a whole number, 1 or more', String(batch));
  }
  const byName = isArray(input) ? nameOnly(specs, input, where) : input;
  const unknown = Object.keys(byName).find((name) => !specs.some((spec) => spec.name === name));
  if (unknown !== undefined) throw misfit(where, 'input', specs.map(({ name }) => name).join(', '), unknown);
  return specs.map((spec) => {
    const values = Object.hasOwn(byName, spec.name) ? byName[spec.name] : undefined;
    if (!values) throw misfit(where, `input ${spec.name}`, 'values', 'none');
    return values instanceof Float32Array ? shaped(spec, values, batch, where) : checked(spec, values, where);
  });
}

function shaped(spec: TensorSpec, values: Float32Array, batch: number, where: string): HostTensor {
  const rest = spec.shape?.slice(1);
  if (!spec.shape || !rest || rest.includes(null)) {
    throw misfit(
      where,
      `input ${spec.name}`,
      `a tensor with its shape, since the file says ${shapeText(spec)}`,
      'bare numbers',
    );
  }
  const fixed = spec.shape[0];
  if (fixed !== null && fixed !== undefined && fixed !== batch) {
    throw misfit(where, `input ${spec.name}`, `a batch of ${fixed}, which the file fixes`, `batch ${batch}`);
  }
  const shape = [batch, ...(rest as number[])];
  if (values.length !== sizeOf(shape)) {
    throw misfit(
      where,
      `input ${spec.name}`,
      `${sizeOf(shape)} numbers for [${shape.join(', ')}]`,
      `${values.length}`,
    );
  }
  if (spec.dtype !== 'int32') return { dtype: 'float32', shape, values };
  return { dtype: 'int32', shape, values: Int32Array.from(values) };
}

function checked(spec: TensorSpec, tensor: HostTensor, where: string): HostTensor {
  const fits =
    tensor.values.length === sizeOf(tensor.shape) &&
    (!spec.shape ||
      (spec.shape.length === tensor.shape.length &&
        spec.shape.every((dim, axis) => dim === null || dim === tensor.shape[axis])));
  if (fits) return tensor;
  throw misfit(
    where,
    `input ${spec.name}`,
    `a tensor of ${shapeText(spec)}`,
    `[${tensor.shape.join(', ')}] with ${tensor.values.length} numbers`,
  );
}

function nameOnly(
  specs: readonly TensorSpec[],
  input: InputArray,
  where: string,
): Readonly<Record<string, InputArray>> {
  const [only, ...others] = specs;
  if (only && others.length === 0) return { [only.name]: input };
  throw misfit(where, 'input', `values by name: ${specs.map(({ name }) => name).join(', ')}`, 'one array');
}

function isArray(input: InputValues): input is InputArray {
  return input instanceof Float32Array || ('shape' in input && Array.isArray(input.shape));
}

function shapeText(spec: TensorSpec): string {
  return spec.shape ? `[${spec.shape.map((dim) => dim ?? '?').join(', ')}]` : 'no shape';
}

function misfit(where: string, what: string, expected: string, found: string): AsfpError {
  return new AsfpError({ code: 'input-shape', where: `${where}, ${what}`, expected, found });
}
