// Knows stochastic gradient descent with Nesterov momentum and coupled weight decay, as PyTorch defines it.
import { assertInternal, type HostTensor } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import { type NamedVariable, readVariables, writeVariables } from '../bridge/modelWeights.ts';
import { maskFilters } from '../prune/maskFilters.ts';

/** The optimizer of one model; its momentum lives until `dispose`. */
export interface Sgd {
  /** One step, for every variable: g ← g + λ·w, v ← μ·v + g, w ← w − lr·(g + μ·v). Gradients by the variables' tfjs names. */
  step(gradients: tf.NamedTensorMap, learningRate: number): void;
  /** Sets the momentum of some filters (positions of the last axis) of a variable to zero. */
  still(variable: tf.Variable, filters: readonly number[]): Promise<void>;
  /** The momentum of each variable, by the variable's name in files. */
  slots(): Promise<Map<string, HostTensor>>;
  /** Puts saved momentum back. */
  restore(slots: ReadonlyMap<string, HostTensor>): void;
  dispose(): void;
}

/** An optimizer for the variables, its momentum zero; weight decay counts for all of them, batch norm and biases included. */
export function createSgd(
  variables: readonly NamedVariable[],
  { momentum, weightDecay }: { readonly momentum: number; readonly weightDecay: number },
): Sgd {
  const slots: NamedVariable[] = variables.map(({ name, variable }) => ({
    name,
    variable: tf.tidy(() => tf.variable(tf.zerosLike(variable), false)),
  }));
  return {
    step: (gradients, learningRate) => {
      variables.forEach(({ name, variable }, i) => {
        const gradient = gradients[variable.name];
        assertInternal(gradient, `no gradient for ${name}`);
        const slot = (slots[i] as NamedVariable).variable;
        tf.tidy(() => {
          const decayed = tf.add(gradient, tf.mul(variable, weightDecay));
          const velocity = tf.add(tf.mul(slot, momentum), decayed);
          slot.assign(velocity);
          const direction = tf.add(decayed, tf.mul(velocity, momentum));
          variable.assign(tf.sub(variable, tf.mul(direction, learningRate)));
        });
      });
    },
    still: async (variable, filters) => {
      const slot = slots[variables.findIndex((candidate) => candidate.variable === variable)];
      assertInternal(slot, `no momentum for ${variable.name}`);
      await maskFilters(slot.variable, filters);
    },
    slots: () => readVariables(slots),
    restore: (saved) => writeVariables(slots, saved),
    dispose: () => tf.dispose(slots.map((slot) => slot.variable)),
  };
}
