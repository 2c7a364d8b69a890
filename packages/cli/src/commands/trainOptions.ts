// Knows the options that decide a training run, shared by train and pipeline.
import {
  augmentations,
  backendNames,
  criterionNames,
  datasetNames,
  modelNames,
  presetNames,
  scheduleNames,
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

/** Every choice of a run. */
export const trainOptionTable = {
  ...dataOptions,
  model: {
    type: 'text',
    hint: modelNames.join('|'),
    summary: 'the network',
    otherwise: 'resnet8, in long runs resnet20',
  },
  preset: {
    type: 'text',
    choices: presetNames,
    summary: 'a named set of defaults',
    otherwise: 'quick below 60 epochs, else the paper’s',
  },
  epochs: { type: 'number', summary: 'passes over the training images', otherwise: 'the preset’s' },
  rate: { type: 'number', hint: 'R', summary: 'share of filters to prune, in [0, 1)', otherwise: '0.4' },
  schedule: {
    type: 'text',
    choices: scheduleNames,
    summary: 'how the rate grows: ASFP or SFP',
    otherwise: 'asymptotic',
  },
  criterion: { type: 'text', choices: criterionNames, summary: 'what makes a filter weak', otherwise: 'l2' },
  settle: {
    type: 'text',
    choices: settleKinds,
    summary: 'what becomes of the batch-norm entries of filters zeroed last',
    otherwise: 'fold',
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
    'learning-rate': learningRate,
    'eval-limit': evalLimit,
    'clip-ratio': clipRatio,
    ...rest
  } = options;
  const {
    dataset,
    data,
    model,
    preset,
    epochs,
    rate,
    schedule,
    criterion,
    settle,
    augmentation,
    limit,
    seed,
    backend,
  } = rest;
  return {
    data,
    model,
    preset,
    epochs,
    rate,
    batchSize,
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
    settle: settle as TrainOptions['settle'],
    augmentation: augmentation as TrainOptions['augmentation'],
  };
}

/** Where a run is kept. */
export const runOptionTable = {
  out: { type: 'text', hint: 'DIR', summary: 'the run folder', otherwise: 'runs/<time>-<model>' },
  resume: { type: 'flag', summary: 'go on with the run in --out' },
} as const satisfies OptionTable;

/** The folder of a run: as asked for, or a new one named by time and network. */
export function runFolderName(out: string | undefined, model: string | undefined, now: Date): string {
  if (out !== undefined) return out;
  const time = now.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '');
  return `runs/${time}-${model ?? 'resnet'}`;
}
