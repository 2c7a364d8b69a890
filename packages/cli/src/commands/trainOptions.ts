// Knows the options that decide a training run, shared by train and pipeline.
import { AsfpError, criterionNames, scheduleNames } from '@asfp/core';
import {
  augmentations,
  backendNames,
  batchNormKinds,
  couplingNames,
  datasetNames,
  modelNames,
  presetNames,
  settleKinds,
  type TrainOptions,
} from '@asfp/trainer';
import type { OptionTable, OptionValues } from '../options.ts';

/** Where images come from. */
export const dataOptions = {
  dataset: {
    type: 'text',
    choices: ['auto', ...datasetNames],
    summary: 'the images to train on',
    otherwise: 'auto, the first real set that can be had',
  },
  data: {
    type: 'text',
    hint: 'DIR',
    summary: 'the folder that holds them',
    otherwise: 'the usual places, then a download',
  },
  seed: { type: 'number', summary: 'decides every random choice', otherwise: '1' },
  backend: {
    type: 'text',
    choices: ['auto', ...backendNames],
    summary: 'what computes',
    otherwise: 'auto, the best that works',
  },
} as const satisfies OptionTable;

/** The size of a folder's pictures. */
export const sizeOptions = {
  'image-size': {
    type: 'number',
    hint: 'N',
    summary: 'height and width that the pictures of a folder get',
    otherwise: 'their own up to 64, else 224',
  },
} as const satisfies OptionTable;

/** Every choice of a run. */
export const trainOptionTable = {
  ...dataOptions,
  ...sizeOptions,
  model: {
    type: 'text',
    hint: modelNames.join('|'),
    summary: 'the network',
    otherwise: 'resnet8, in long runs resnet20',
  },
  from: {
    type: 'text',
    hint: 'MODEL',
    summary: 'a trained model to begin with, of either tfjs format, at a tenth of the learning rate',
    otherwise: 'random weights',
  },
  preset: {
    type: 'text',
    choices: presetNames,
    summary: 'a named set of defaults',
    otherwise: 'quick below 60 epochs, else the paper’s',
  },
  epochs: { type: 'number', summary: 'passes over the training images', otherwise: 'the preset’s' },
  rate: {
    type: 'number',
    hint: 'R',
    summary: 'share of filters to prune, in [0, 1)',
    otherwise: '0.4, with the imagenet presets 0.3',
  },
  'target-macs': {
    type: 'number',
    hint: 'SHARE',
    summary: 'seek the rate that leaves this share of the multiply-adds',
    otherwise: '--rate',
  },
  schedule: {
    type: 'text',
    choices: scheduleNames,
    summary: 'how the rate grows: asymptotic is ASFP, constant SFP',
    otherwise: 'asymptotic',
  },
  'start-rate': { type: 'number', hint: 'R', summary: 'where the rate begins, P_min', otherwise: '0' },
  bend: {
    type: 'number',
    hint: 'D',
    summary: 'share of the epochs after which asymptotic has three quarters of the rate',
    otherwise: '0.125',
  },
  criterion: {
    type: 'text',
    choices: criterionNames,
    summary:
      'what makes a filter weak: fpgm is the distance to all others, bn-scale |gamma| behind, taylor the change of the loss',
    otherwise: 'l2',
  },
  coupling: {
    type: 'text',
    choices: couplingNames,
    summary: 'each convolution on its own, or all of a residual stream keep the same channels',
    otherwise: 'independent',
  },
  harden: {
    type: 'number',
    hint: 'SHARE',
    summary: 'share of the epochs, at the end, in which zeroed filters stay zero',
    otherwise: '0',
  },
  'batch-norm': {
    type: 'text',
    choices: batchNormKinds,
    summary: 'whether a prune leaves the batch-norm entries of zeroed filters or zeroes them too',
    otherwise: 'left',
  },
  exclude: {
    type: 'text',
    hint: 'NAME,…',
    summary: 'convolutions that keep all filters; * stands for any text',
    otherwise: 'none',
  },
  'layer-rates': {
    type: 'text',
    hint: 'NAME=R,…',
    summary: 'rates of some convolutions; of several that fit, the last counts',
    otherwise: '--rate for all',
  },
  settle: {
    type: 'text',
    choices: settleKinds,
    summary: 'what becomes of the batch-norm entries of filters zeroed last',
    otherwise: 'fold',
  },
  recalibrate: {
    type: 'number',
    hint: 'IMAGES',
    summary: 'measure batch norm’s averages anew at the end, on so many training images',
    otherwise: '0; grouped 10000',
  },
  'batch-size': { type: 'number', summary: 'images in one step', otherwise: 'the preset’s' },
  'learning-rate': { type: 'number', hint: 'R', summary: 'at the start', otherwise: 'the preset’s' },
  'clip-ratio': {
    type: 'number',
    hint: 'R',
    summary: 'largest norm of a filter’s gradient, as a multiple of the filter’s own; 0 clips nothing',
    otherwise: 'the preset’s',
  },
  augmentation: {
    type: 'text',
    choices: augmentations,
    summary: 'how training images vary',
    otherwise: 'the preset’s',
  },
  limit: { type: 'number', summary: 'training images at most', otherwise: 'the preset’s' },
  'eval-limit': {
    type: 'number',
    summary: 'test images after each epoch; the end always takes all',
    otherwise: 'the preset’s',
  },
} as const satisfies OptionTable;

/** The options as the trainer takes them. */
export function trainOptions(options: OptionValues<typeof trainOptionTable>): TrainOptions {
  const {
    'batch-size': batchSize,
    'image-size': imageSize,
    'learning-rate': learningRate,
    'eval-limit': evalLimit,
    'clip-ratio': clipRatio,
    'start-rate': startRate,
    'batch-norm': batchNorm,
    'layer-rates': layerRates,
    'target-macs': targetMacs,
    exclude,
    ...rest
  } = options;
  const {
    dataset,
    data,
    model,
    from,
    preset,
    epochs,
    rate,
    schedule,
    bend,
    criterion,
    coupling,
    harden,
    settle,
    recalibrate,
    augmentation,
    limit,
    seed,
    backend,
  } = rest;
  return {
    data,
    model,
    from,
    preset,
    epochs,
    rate,
    targetMacs,
    startRate,
    bend,
    harden,
    recalibrate,
    exclude: exclude === undefined ? undefined : wordsOf(exclude),
    layerRates: layerRates === undefined ? undefined : ratesOf(layerRates),
    batchSize,
    imageSize,
    learningRate,
    limit,
    evalLimit,
    clipRatio,
    seed,
    backend,
    // The table has checked that each is one of the trainer's own names.
    dataset: dataset as TrainOptions['dataset'],
    schedule: schedule as TrainOptions['schedule'],
    criterion: criterion as TrainOptions['criterion'],
    coupling: coupling as TrainOptions['coupling'],
    batchNorm: batchNorm as TrainOptions['batchNorm'],
    settle: settle as TrainOptions['settle'],
    augmentation: augmentation as TrainOptions['augmentation'],
  };
}

/** `a, b` → a and b. */
function wordsOf(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** `a=0.1,b=0` → a rate for each. Throws AsfpError `usage`. */
function ratesOf(text: string): Record<string, number> {
  return Object.fromEntries(
    wordsOf(text).map((pair) => {
      const [, name, rate] = /^([^=]+)=([\d.]+)$/.exec(pair) ?? [];
      if (name !== undefined && Number.isFinite(Number(rate))) return [name.trim(), Number(rate)];
      const where = '--layer-rates';
      throw new AsfpError({
        code: 'usage',
        where,
        expected: 'NAME=R, such as stem_conv=0',
        found: `"${pair}"`,
      });
    }),
  );
}

/** Where a run is kept. */
export const runOptionTable = {
  out: { type: 'text', hint: 'DIR', summary: 'the run folder', otherwise: 'runs/<time>-<model>' },
  tensorboard: { type: 'text', hint: 'DIR', summary: 'a folder for TensorBoard’s logs', otherwise: 'none' },
  resume: { type: 'flag', summary: 'go on with the run in --out' },
} as const satisfies OptionTable;

/** The folder of a run: as asked for, or a new one named by time and network. */
export function runFolderName(out: string | undefined, model: string | undefined, now: Date): string {
  if (out !== undefined) return out;
  const time = now.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '');
  return `runs/${time}-${model ?? 'resnet'}`;
}
