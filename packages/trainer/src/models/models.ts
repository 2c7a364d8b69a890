// Knows the networks that can be trained, by name.
import { AsfpError, type Rng } from '@asfp/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { cifarResnet, type NetworkShape } from './cifarResnet.ts';

type Builder = (name: string, shape: NetworkShape, rng: Rng) => LayersModel;

const resnet =
  (blocks: number): Builder =>
  (name, shape, rng) =>
    cifarResnet(name, blocks, shape, rng);

/** The networks by name, as users type them. */
export const modelNames = ['resnet8', 'resnet20', 'resnet32', 'resnet56', 'resnet110'] as const;

/** The name of a network that can be trained. */
export type ModelName = (typeof modelNames)[number];

const builders: Readonly<Record<ModelName, Builder>> = {
  resnet8: resnet(1),
  resnet20: resnet(3),
  resnet32: resnet(5),
  resnet56: resnet(9),
  resnet110: resnet(18),
};

/** Builds a network by its name, its weights drawn from the generator; throws AsfpError `model-unknown`. */
export function buildModel(name: string, shape: NetworkShape, rng: Rng): LayersModel {
  return builders[checkModelName(name)](name, shape, rng);
}

/** The name itself; throws AsfpError `model-unknown`, which lists the names. */
export function checkModelName(name: string): ModelName {
  const known = modelNames.find((candidate) => candidate === name);
  if (known !== undefined) return known;
  throw new AsfpError({
    code: 'model-unknown',
    where: '--model',
    expected: `one of ${modelNames.join(', ')}`,
    found: `"${name}"`,
  });
}
