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
import { checkModelName, hasProjections } from '../models/models.ts';
import { settleKinds } from '../prune/settleBatchNorm.ts';
import { scaledMilestones } from './learningRate.ts';
import { isQuick, type Preset, presetOf } from './presets.ts';

/** What a user may set; everything left out takes its default. */
export interface TrainOptions {
  readonly dataset?: DatasetName | 'auto' | undefined;
  readonly data?: string | undefined;
  readonly imageSize?: number | undefined;
  readonly model?: string | undefined;
  /** A trained model to begin with, of either format: its model.json, or the folder of it. */
  readonly from?: string | undefined;
  /** A named set of defaults; `quick` unless 60 epochs or more are asked for, then `asfp-cifar10`. */
  readonly preset?: string | undefined;
  readonly epochs?: number | undefined;
  readonly rate?: number | undefined;
  /** Multiply-adds that the compact model may have, as a share of the dense one's; a rate is sought for it. */
  readonly targetMacs?: number | undefined;
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
  /** Training images on which batch norm's averages are measured anew at the end; 0 for none. */
  readonly recalibrate?: number | undefined;
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
  /** The trained model to begin with: its file, and what it calls itself. */
  readonly trained?: { readonly file: string; readonly model: string } | undefined;
}

/** Whether convolutions are pruned on their own, or with those that share a residual stream. */
export const couplingNames = ['independent', 'grouped'] as const;

/** What a prune does with batch norm. */
export const batchNormKinds = ['left', 'masked'] as const;

/**
 * Every choice of a run. Milestones are the preset's, scaled to the epochs; a trained network begins with a tenth of the
 * learning rate; ResNet-110 starts with one slow epoch, as in the
 * paper. Throws AsfpError: `rate-range`, `schedule-range`, `model-unknown`, `preset-unknown`, `option-range`, `option-unknown`.
 */
export function resolveSettings(options: TrainOptions, resolved: Resolved): RunSettings {
  const preset = presetOf(options.preset, options.epochs);
  const pick = <K extends keyof TrainOptions & keyof Preset>(key: K): Preset[K] =>
    (options[key] ?? preset[key]) as Preset[K];
  const epochs = wholeAbove0('--epochs', pick('epochs'));
  const { trained } = resolved;
  const { targetMacs = null } = options;
  if (trained && options.model !== undefined) throw either('--model', '--from');
  if (targetMacs !== null && options.rate !== undefined) throw either('--target-macs', '--rate');
  const model = trained?.model ?? checkModelName(pick('model'));
  const coupling = oneOf('--coupling', options.coupling ?? 'independent', couplingNames);
  const rate = pick('rate');
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
    from: trained?.file ?? null,
    epochs,
    targetMacs: targetMacs === null ? null : budgetOf(targetMacs),
    ...schedule,
    criterion: oneOf('--criterion', options.criterion ?? 'l2', criterionNames),
    coupling,
    harden: shareOf('--harden', options.harden ?? 0),
    batchNorm: oneOf('--batch-norm', options.batchNorm ?? 'left', batchNormKinds),
    exclude: options.exclude ?? usualExclusions(model, coupling),
    layerRates,
    settle: oneOf('--settle', options.settle ?? 'fold', settleKinds),
    recalibrate: wholeFrom0('--recalibrate', options.recalibrate ?? (coupling === 'grouped' ? 10_000 : 0)),
    batchSize: wholeAbove0('--batch-size', pick('batchSize')),
    // A tenth for a trained network: FPGM, section 4.1, and SFP's scripts.
    learningRate: positive(
      '--learning-rate',
      options.learningRate ?? preset.learningRate / (trained ? 10 : 1),
    ),
    milestones: scaledMilestones(preset.milestones, epochs),
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

/** The paper leaves the projections of ImageNet's networks alone; where all of a stream must agree, they cannot stay behind. */
function usualExclusions(model: string, coupling: RunSettings['coupling']): string[] {
  return coupling === 'independent' && hasProjections(model) ? ['*_projection'] : [];
}

function usualAugmentation(preset: Preset, epochs: number, { dataset, view }: Resolved): Augmentation {
  // In a few epochs no image is seen often enough to be learnt by heart.
  const usual = isQuick(preset) && epochs >= 20 ? 'crop-flip' : preset.augmentation;
  // Larger pictures show things in all sizes: a shift of 4 pixels would be nothing to them.
  if (view === 'centre' && usual === 'crop-flip') return 'resized-crop';
  // A mirrored digit is another sign.
  return dataset === 'mnist' && usual === 'crop-flip' ? 'crop' : usual;
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

function wholeFrom0(where: string, value: number): number {
  if (Number.isInteger(value) && value >= 0) return value;
  throw outOfRange(where, 'a whole number from 0 on', value);
}

function limitOf(where: string, value: number | null): number | null {
  return value === null ? null : wholeAbove0(where, value);
}

function clipOf(value: number | null): number | null {
  return value === null || value === 0 ? null : positive('--clip-ratio', value);
}

function budgetOf(value: number): number {
  if (value > 0 && value <= 1) return value;
  throw outOfRange('--target-macs', 'a share above 0, up to 1', value);
}

function either(where: string, other: string): AsfpError {
  return new AsfpError({
    code: 'option-range',
    where,
    expected: `either ${where} or ${other}`,
    found: 'both',
  });
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
