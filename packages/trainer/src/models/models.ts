// Knows the networks that can be trained, by name.
import { AsfpError, type Rng } from '@asfp/core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { cifarResnet } from './cifarResnet.ts';
import { drawWeights } from './drawWeights.ts';
import { imagenetResnet, type ResnetPlan } from './imagenetResnet.ts';
import { mobilenetV1 } from './mobilenetV1.ts';
import { mobilenetV2 } from './mobilenetV2.ts';
import type { NetworkShape } from './networkShape.ts';
import { vgg16 } from './vgg16.ts';

type Builder = (image: SymbolicTensor, classes: number) => SymbolicTensor;

const small =
  (blocks: number): Builder =>
  (image, classes) =>
    cifarResnet(blocks, image, classes);

const large =
  (blocks: ResnetPlan['blocks'], bottleneck: boolean): Builder =>
  (image, classes) =>
    imagenetResnet({ blocks, bottleneck }, image, classes);

/** The networks by name, as users type them. */
export const modelNames = [
  'resnet8',
  'resnet20',
  'resnet32',
  'resnet56',
  'resnet110',
  'resnet18',
  'resnet34',
  'resnet50',
  'resnet101',
  'vgg16',
  'mobilenet-v1',
  'mobilenet-v2',
] as const;

/** The name of a network that can be trained. */
export type ModelName = (typeof modelNames)[number];

const builders: Readonly<Record<ModelName, Builder>> = {
  resnet8: small(1),
  resnet20: small(3),
  resnet32: small(5),
  resnet56: small(9),
  resnet110: small(18),
  resnet18: large([2, 2, 2, 2], false),
  resnet34: large([3, 4, 6, 3], false),
  resnet50: large([3, 4, 6, 3], true),
  resnet101: large([3, 4, 23, 3], true),
  vgg16,
  'mobilenet-v1': mobilenetV1,
  'mobilenet-v2': mobilenetV2,
};

/** Builds a network by its name, its weights drawn from the generator; throws AsfpError `model-unknown`. */
export function buildModel(name: string, shape: NetworkShape, rng: Rng): LayersModel {
  const model = layOut(name, shape);
  drawWeights(model, rng);
  return model;
}

/** The network with kernels of zeros, which costs nothing to make; throws AsfpError `model-unknown`. */
export function layOut(name: string, { height, width, channels, classes }: NetworkShape): LayersModel {
  const builder = builders[checkModelName(name)];
  const inputs = tfl.input({ shape: [height, width, channels], name: 'image' });
  return tfl.model({ name, inputs, outputs: builder(inputs, classes) });
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

/** Whether a network's shortcuts are convolutions of their own, called `…_projection`. */
export function hasProjections(name: string): boolean {
  return ['resnet18', 'resnet34', 'resnet50', 'resnet101'].includes(name);
}
