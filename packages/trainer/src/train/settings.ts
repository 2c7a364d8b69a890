// Knows every choice of a training run: what users may set, and what stands where they do not.
import {
  AsfpError,
  checkRate,
  checkSchedule,
  criterionNames,
  type RunSettings,
  scheduleNames,
} from '@asfp/core';
import { type Augmentation, augmentations } from '../data/augment.ts';
import type { DatasetName, View } from '../data/dataset.ts';
import { checkModelName } from '../models/models.ts';
import { settleKinds } from '../prune/settleBatchNorm.ts';
import { scaledMilestones } from './learningRate.ts';

/** What a user may set; everything left out takes its default. */
export interface TrainOptions {
  readonly dataset?: DatasetName | 'auto' | undefined;
  readonly data?: string | undefined;
  readonly imageSize?: number | undefined;
  readonly model?: string | undefined;
  /** A named set of defaults; `quick` unless 60 epochs or more are asked for, then `asfp-cifar10`. */
  readonly preset?: string | undefined;
  readonly epochs?: number | undefined;
  readonly rate?: number | undefined;
  readonly schedule?: RunSettings['schedule'] | undefined;
  readonly startRate?: number | undefined;
  readonly bend?: number | undefined;
  readonly criterion?: RunSettings['criterion'] | undefined;
  readonly coupling?: RunSettings['coupling'] | undefined;
  readonly harden?: number | undefined;
  readonly batchNorm?: RunSettings['batchNorm'] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly layerRates?: Readonly<Record<string, number>> | undefined;
  readonly settle?: RunSettings['settle'] | undefined;
  readonly batchSize?: number | undefined;
  readonly learningRate?: number | undefined;
  /** Largest norm of a filter's gradient, as a multiple of the filter's own; 0 clips nothing. */
  readonly clipRatio?: number | undefined;
  readonly augmentation?: Augmentation | undefined;
  readonly limit?: number | undefined;
  readonly evalLimit?: number | undefined;
  readonly seed?: number | undefined;
  readonly backend?: string | undefined;
}

/** What is known once data set and backend have been opened. */
export interface Resolved {
  readonly dataset: string;
  readonly data: string | null;
  readonly backend: string;
  /** What the images show of larger pictures, where they do. */
  readonly view?: View | undefined;
}

/** Whether convolutions are pruned on their own, or with those that share a residual stream. */
export const couplingNames = ['independent', 'grouped'] as const;

/** What a prune does with batch norm. */
export const batchNormKinds = ['left', 'masked'] as const;

type Defaults = Pick<
  RunSettings,
  | 'model'
  | 'epochs'
  | 'schedule'
  | 'batchSize'
  | 'learningRate'
  | 'gamma'
  | 'weightDecay'
  | 'clipRatio'
  | 'augmentation'
> &
  Pick<RunSettings, 'limit' | 'evalLimit'>;

/** The paper's settings for CIFAR-10, from scratch. */
const paper: Defaults = {
  model: 'resnet20',
  epochs: 200,
  schedule: 'asymptotic',
  batchSize: 128,
  learningRate: 0.1,
  gamma: 0.2,
  weightDecay: 5e-4,
  clipRatio: null,
  augmentation: 'crop-flip',
  limit: null,
  evalLimit: null,
};

/** A run of a few minutes on two cores; why its gradients are clipped is in docs/decisions/0005-clip-filter-gradients.md. */
const quick: Defaults = {
  ...paper,
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
  'asfp-cifar10': paper,
  'sfp-cifar10': { ...paper, schedule: 'constant' },
} as const satisfies Record<string, Defaults>;

/** The presets by name. */
export const presetNames: readonly string[] = Object.keys(presets);

/** From here on a run is long enough for the paper's settings. */
const longRun = 60;

/**
 * Every choice of a run. Milestones are the paper's, scaled to the epochs; ResNet-110 starts with one slow epoch, as in the
 * paper. Throws AsfpError: `rate-range`, `schedule-range`, `model-unknown`, `preset-unknown`, `option-range`, `option-unknown`.
 */
export function resolveSettings(options: TrainOptions, resolved: Resolved): RunSettings {
  const preset = presetOf(options);
  const pick = <K extends keyof TrainOptions & keyof Defaults>(key: K): Defaults[K] =>
    (options[key] ?? preset[key]) as Defaults[K];
  const epochs = wholeAbove0('--epochs', pick('epochs'));
  const model = checkModelName(pick('model'));
  const rate = options.rate ?? 0.4;
  checkRate(rate, '--rate');
  const layerRates = options.layerRates ?? {};
  for (const [name, own] of Object.entries(layerRates)) checkRate(own, `--layer-rates, ${name}`);
  const schedule = {
    rate,
    schedule: oneOf('--schedule', pick('schedule'), scheduleNames),
    startRate: options.startRate ?? 0,
    bend: options.bend ?? 1 / 8,
  };
  checkSchedule(schedule);
  return {
    format: 'asfp.run-settings/1',
    dataset: resolved.dataset,
    data: resolved.data,
    imageSize: options.imageSize === undefined ? null : wholeAbove0('--image-size', options.imageSize),
    model,
    from: null,
    epochs,
    targetMacs: null,
    ...schedule,
    criterion: oneOf('--criterion', options.criterion ?? 'l2', criterionNames),
    coupling: oneOf('--coupling', options.coupling ?? 'independent', couplingNames),
    harden: shareOf('--harden', options.harden ?? 0),
    batchNorm: oneOf('--batch-norm', options.batchNorm ?? 'left', batchNormKinds),
    exclude: options.exclude ?? [],
    layerRates,
    settle: oneOf('--settle', options.settle ?? 'fold', settleKinds),
    batchSize: wholeAbove0('--batch-size', pick('batchSize')),
    learningRate: positive('--learning-rate', pick('learningRate')),
    milestones: scaledMilestones(epochs),
    gamma: preset.gamma,
    warmupEpochs: model === 'resnet110' && epochs > 1 ? 1 : 0,
    momentum: 0.9,
    weightDecay: preset.weightDecay,
    clipRatio: clipOf(options.clipRatio ?? preset.clipRatio),
    augmentation: oneOf(
      '--augmentation',
      options.augmentation ?? usualAugmentation(preset, epochs, resolved),
      augmentations,
    ),
    limit: limitOf('--limit', pick('limit')),
    evalLimit: limitOf('--eval-limit', pick('evalLimit')),
    seed: seedOf(options.seed ?? 1),
    backend: resolved.backend,
  };
}

function usualAugmentation(preset: Defaults, epochs: number, { dataset, view }: Resolved): Augmentation {
  // In a few epochs no image is seen often enough to be learnt by heart.
  const usual = preset === quick && epochs >= 20 ? 'crop-flip' : preset.augmentation;
  // Larger pictures show things in all sizes: a shift of 4 pixels would be nothing to them.
  if (view === 'centre' && usual === 'crop-flip') return 'resized-crop';
  // A mirrored digit is another sign.
  return dataset === 'mnist' && usual === 'crop-flip' ? 'crop' : usual;
}

function presetOf({ preset, epochs }: TrainOptions): Defaults {
  if (preset === undefined) return epochs !== undefined && epochs >= longRun ? paper : quick;
  if (Object.hasOwn(presets, preset)) return presets[preset as keyof typeof presets];
  throw new AsfpError({
    code: 'preset-unknown',
    where: '--preset',
    expected: `one of ${presetNames.join(', ')}`,
    found: `"${preset}"`,
  });
}

function oneOf<T extends string>(where: string, value: string, known: readonly T[]): T {
  const found = known.find((name) => name === value);
  if (found !== undefined) return found;
  throw new AsfpError({
    code: 'option-unknown',
    where,
    expected: known.length === 1 ? String(known[0]) : `one of ${known.join(', ')}`,
    found: `"${value}"`,
  });
}

function wholeAbove0(where: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw outOfRange(where, 'a whole number above 0', value);
}

function limitOf(where: string, value: number | null): number | null {
  return value === null ? null : wholeAbove0(where, value);
}

function clipOf(value: number | null): number | null {
  return value === null || value === 0 ? null : positive('--clip-ratio', value);
}

function shareOf(where: string, value: number): number {
  if (value >= 0 && value < 1) return value;
  throw outOfRange(where, 'a share in [0, 1)', value);
}

function seedOf(value: number): number {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value;
  throw outOfRange('--seed', 'a whole number from 0 to 4294967295', value);
}

function positive(where: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw outOfRange(where, 'a number above 0', value);
}

function outOfRange(where: string, expected: string, found: number): AsfpError {
  return new AsfpError({ code: 'option-range', where, expected, found: String(found) });
}
