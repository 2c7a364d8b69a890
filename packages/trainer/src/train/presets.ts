// Knows the named sets of settings: the paper's, and a quick one.
import { AsfpError, type RunSettings } from '@asfp/core';

/** What a preset decides; everything else is the same for all. */
export type Preset = Pick<
  RunSettings,
  | 'model'
  | 'epochs'
  | 'rate'
  | 'schedule'
  | 'batchSize'
  | 'learningRate'
  | 'gamma'
  | 'weightDecay'
  | 'clipRatio'
  | 'augmentation'
  | 'limit'
  | 'evalLimit'
> & {
  /** When the learning rate falls, as shares of the epochs. */
  readonly milestones: readonly number[];
};

/** CIFAR-10 from scratch: SFP-code and FPGM, section 4.1; 60, 120 and 160 of 200 epochs. */
const cifar: Preset = {
  model: 'resnet20',
  epochs: 200,
  rate: 0.4,
  schedule: 'asymptotic',
  batchSize: 128,
  learningRate: 0.1,
  milestones: [0.3, 0.6, 0.8],
  gamma: 0.2,
  weightDecay: 5e-4,
  clipRatio: null,
  augmentation: 'crop-flip',
  limit: null,
  evalLimit: null,
};

/** ILSVRC-2012 from scratch: ÷10 every 30 of 100 epochs. */
const imagenet: Preset = {
  ...cifar,
  model: 'resnet50',
  epochs: 100,
  rate: 0.3,
  batchSize: 256,
  milestones: [0.3, 0.6, 0.9],
  gamma: 0.1,
  weightDecay: 1e-4,
  augmentation: 'resized-crop',
};

/** A run of a few minutes on two cores; why its gradients are clipped is in docs/decisions/0005-clip-filter-gradients.md. */
const quick: Preset = {
  ...cifar,
  model: 'resnet8',
  epochs: 8,
  batchSize: 32,
  clipRatio: 0.1,
  augmentation: 'none',
  limit: 10_000,
  evalLimit: 1_000,
};

const presets = {
  quick,
  'asfp-cifar10': cifar,
  'sfp-cifar10': { ...cifar, schedule: 'constant' },
  'asfp-imagenet': imagenet,
  'sfp-imagenet': { ...imagenet, schedule: 'constant' },
} as const satisfies Record<string, Preset>;

/** The presets by name. */
export const presetNames: readonly string[] = Object.keys(presets);

/** From here on a run is long enough for the paper's settings. */
const longRun = 60;

/** The preset that was asked for, or that the number of epochs suggests. Throws AsfpError `preset-unknown`. */
export function presetOf(name: string | undefined, epochs: number | undefined): Preset {
  if (name === undefined) return epochs !== undefined && epochs >= longRun ? cifar : quick;
  if (Object.hasOwn(presets, name)) return presets[name as keyof typeof presets];
  throw new AsfpError({
    code: 'preset-unknown',
    where: '--preset',
    expected: `one of ${presetNames.join(', ')}`,
    found: `"${name}"`,
  });
}

/** Whether it is the one for short runs. */
export function isQuick(preset: Preset): boolean {
  return preset === quick;
}
