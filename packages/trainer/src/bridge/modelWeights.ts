// Knows how all weights of a live model are read and written by their names.
import { assertInternal, type HostTensor } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fromHost, toHost } from './hostTensors.ts';

/** A weight of a layer: its name in files, such as `stem_conv/kernel`, and the variable behind it. */
export interface NamedVariable {
  readonly name: string;
  readonly variable: tf.Variable;
}

/** Every weight of the model in the order of its layers, moving averages included. */
export function modelVariables(model: LayersModel): NamedVariable[] {
  return model.weights.map((weight) => ({
    name: weight.originalName,
    variable: weight.read() as tf.Variable,
  }));
}

/** The weights that training changes by gradient, in the order of the layers. */
export function trainableVariables(model: LayersModel): NamedVariable[] {
  return model.trainableWeights.map((weight) => ({
    name: weight.originalName,
    variable: weight.read() as tf.Variable,
  }));
}

/** The values of all variables by name. */
export async function readVariables(variables: readonly NamedVariable[]): Promise<Map<string, HostTensor>> {
  const values = new Map<string, HostTensor>();
  for (const { name, variable } of variables) {
    assertInternal(!values.has(name), `two weights are called ${name}`);
    values.set(name, await toHost(variable));
  }
  return values;
}

/** Gives every variable its value; throws an internal error unless names and shapes are the same. */
export function writeVariables(
  variables: readonly NamedVariable[],
  values: ReadonlyMap<string, HostTensor>,
): void {
  for (const { name, variable } of variables) {
    const value = values.get(name);
    assertInternal(value !== undefined, `no value for the weight ${name}`);
    assertInternal(
      tf.util.arraysEqual([...value.shape], variable.shape),
      `${name} is [${variable.shape.join(', ')}], its value [${value.shape.join(', ')}]`,
    );
    tf.tidy(() => variable.assign(fromHost(value)));
  }
}
