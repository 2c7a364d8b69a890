// Knows the parts of an imagined run, shaped like a real one, for tests and for looking at the report.
import {
  bootstrapInterval,
  type CompactReport,
  type EpochEvent,
  type LatencyReport,
  type LatencySubject,
  mean,
  median,
  quantile,
  type RunEvent,
  type RunSettings,
  rngFromSeed,
} from '@asfp/core';
import type { ReportParts, ReportPicture } from '../reportParts.ts';

const settings: RunSettings = {
  format: 'asfp.run-settings/1',
  dataset: 'fashion-mnist',
  data: null,
  imageSize: null,
  model: 'resnet8',
  from: null,
  epochs: 8,
  rate: 0.4,
  targetMacs: null,
  schedule: 'asymptotic',
  startRate: 0,
  bend: 0.125,
  criterion: 'l2',
  coupling: 'independent',
  harden: 0,
  batchNorm: 'left',
  exclude: ['stem_conv', 'stage1_*'],
  layerRates: { 'stage2_*': 0.3, 'stage3_*': 0.2 },
  settle: 'zero',
  recalibrate: 0,
  batchSize: 64,
  learningRate: 0.1,
  milestones: [4, 6],
  gamma: 0.2,
  warmupEpochs: 0,
  momentum: 0.9,
  weightDecay: 0.0005,
  clipRatio: 0.1,
  augmentation: 'crop-flip',
  limit: 20000,
  evalLimit: 2000,
  seed: 1,
  backend: 'wasm',
};

/** Accuracy before and after the prune, rate, zero and returned filters, loss, by epoch. */
const epochRows: readonly (readonly [number, number, number, number, number, number])[] = [
  [0.7315, 0.402, 0.3, 68, 0, 0.9231],
  [0.7925, 0.5185, 0.375003, 90, 41, 0.6012],
  [0.812, 0.6605, 0.393755, 92, 27, 0.5307],
  [0.8265, 0.748, 0.398443, 92, 19, 0.4871],
  [0.8565, 0.8245, 0.399615, 92, 8, 0.4126],
  [0.8605, 0.847, 0.399908, 92, 3, 0.3984],
  [0.867, 0.8595, 0.399982, 92, 1, 0.3802],
  [0.8685, 0.8645, 0.4, 92, 0, 0.3771],
];

const epochEvents = epochRows.map(
  ([accuracyBefore, accuracyAfter, rate, zeroFilters, returnedFilters, loss], i): EpochEvent => ({
    type: 'epoch',
    epoch: i + 1,
    epochs: 8,
    learningRate: i < 4 ? 0.1 : i < 6 ? 0.02 : 0.004,
    loss,
    trainAccuracy: accuracyBefore - 0.0123,
    accuracyBefore,
    accuracyAfter,
    evalImages: 2000,
    rate,
    zeroFilters,
    totalFilters: 240,
    returnedFilters,
    everReturned: 50,
    imagesPerSecond: 1180.25 + 7 * i,
    seconds: 18.4 + i / 10,
  }),
);

const events: readonly RunEvent[] = [
  {
    type: 'start',
    backend: 'wasm',
    device: 'AMD EPYC, 2 threads',
    dataset: 'fashion-mnist',
    datasetWhy: 'fashion-mnist is on this machine',
    trainImages: 20000,
    testImages: 10000,
    params: 75002,
    firstEpoch: 1,
  },
  ...epochEvents,
  {
    type: 'end',
    accuracy: 0.8652,
    accuracyUnsettled: 0.8649,
    loss: 0.3893,
    testImages: 10000,
    macs: { dense: 9_151_936, pruned: 3_900_000, paperDense: 9_151_296, paperPruned: 3_750_000 },
    seconds: 161.7,
  },
];

/** Name, filters before and after, multiply-adds before and after. */
const layerRows: readonly (readonly [string, number, number, number, number])[] = [
  ['stem_conv', 16, 10, 112896, 70560],
  ['stage1_block1_conv1', 16, 10, 1806336, 705600],
  ['stage1_block1_conv2', 16, 10, 1806336, 705600],
  ['stage2_block1_conv1', 32, 20, 903168, 529200],
  ['stage2_block1_conv2', 32, 21, 1806336, 740880],
  ['stage3_block1_conv1', 64, 39, 903168, 412776],
  ['stage3_block1_conv2', 64, 39, 1806336, 670761],
  ['logits', 10, 10, 640, 500],
];

const compactReport: CompactReport = {
  format: 'asfp.compact-report/1',
  before: { macs: 9145216, params: 75002, bytes: 303080 },
  after: { macs: 3835877, params: 31141, bytes: 141732, scatterMacs: 554190 },
  layers: layerRows.map(([name, filtersBefore, filtersAfter, macsBefore, macsAfter]) => ({
    name,
    op: name === 'logits' ? 'matMul' : 'conv2d',
    filtersBefore,
    filtersAfter,
    macsBefore,
    macsAfter,
    ...(name === 'stage2_block1_conv2'
      ? { kept: 'it carries a constant into a convolution whose padding shows, or is the last filter left' }
      : {}),
  })),
  passes: [
    { name: 'removeIdentity', changed: false, notes: [] },
    {
      name: 'mergeTransposedPad',
      changed: true,
      notes: ['stage2_block1_shortcut_turn_back pads the channels in one step'],
    },
    { name: 'foldBatchNorm', changed: true, notes: [] },
    { name: 'fuseActivation', changed: true, notes: [] },
    { name: 'cutChannels', changed: true, notes: ['stem_conv: 10 of 16 filters'] },
  ],
  proof: {
    inputs: 10008,
    maxAbsError: 4.123e-6,
    maxRelError: 2.579e-7,
    argmaxAgreement: 1,
    tolerance: 1e-4,
    passed: true,
  },
};

function subject(model: string, engine: string, typicalMs: number, noise: number): LatencySubject {
  const rng = rngFromSeed(7).fork(`${model}@${engine}`);
  const samplesMs = Array.from({ length: 50 }, () => {
    const late = rng.next() < 0.06 ? typicalMs * (0.3 + 1.2 * rng.next()) : 0;
    return Math.round((typicalMs * Math.exp(noise * rng.normal()) + late) * 200) / 200;
  });
  return {
    model,
    engine,
    engineUsed: engine,
    threads: 1,
    batch: 1,
    loadMs: typicalMs * 11.5,
    firstRunMs: typicalMs * 6.25,
    samplesMs,
    p50Ms: median(samplesMs),
    p95Ms: quantile(samplesMs, 0.95),
    meanMs: mean(samplesMs),
    ciMs: bootstrapInterval(50, (rounds) => median(rounds.map((at) => samplesMs[at] ?? 0)), rng),
    maxAbsError: 3.2e-6,
  };
}

const subjects: readonly LatencySubject[] = [
  subject('dense', 'tfjs-layers-wasm', 4.62, 0.07),
  subject('dense', 'tfjs-wasm', 2.31, 0.06),
  subject('compact', 'tfjs-wasm', 1.87, 0.06),
  subject('dense', 'tfjs-webgl', 31.4, 0.12),
  subject('compact', 'tfjs-webgl', 27.9, 0.12),
];

const latencyReport: LatencyReport = {
  format: 'asfp.latency-report/1',
  environment: {
    userAgent:
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0',
    cores: 2,
    crossOriginIsolated: true,
    clockResolutionMs: 0.005,
    webglRenderer: 'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device), SwiftShader driver)',
    softwareGl: true,
    date: '2025-03-14T09:26:53.589Z',
  },
  subjects,
  comparisons: [
    { a: 'dense@tfjs-layers-wasm', b: 'dense@tfjs-wasm', ratio: 1.994, ratioCi: [1.951, 2.042] },
    { a: 'dense@tfjs-layers-wasm', b: 'compact@tfjs-wasm', ratio: 2.473, ratioCi: [2.402, 2.537] },
    { a: 'dense@tfjs-wasm', b: 'compact@tfjs-wasm', ratio: 1.238, ratioCi: [1.207, 1.271] },
    { a: 'dense@tfjs-webgl', b: 'compact@tfjs-webgl', ratio: 1.117, ratioCi: [0.981, 1.183] },
  ],
};

/** Every part of the report but pictures. */
export const sampleParts: Required<Omit<ReportParts, 'pictures'>> & {
  readonly settings: RunSettings;
  readonly events: readonly RunEvent[];
  readonly compactReport: CompactReport;
  readonly latencyReport: LatencyReport;
} = {
  settings,
  events,
  compactReport,
  latencyReport,
  card: {
    format: 'asfp.model-card/1',
    input: { height: 28, width: 28, channels: 1, mean: [0.2861], deviation: [0.353] },
    labels: ['T-shirt', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Boot'],
    provenance: { model: 'resnet8', dataset: 'fashion-mnist', output: 'logits', accuracy: 0.8652 },
  },
};

/** Two pictures, one of which the compact network takes for something else. */
export const samplePictures: readonly ReportPicture[] = ['Pullover', 'Coat'].map((compact, i) => ({
  image: {
    height: 28,
    width: 28,
    channels: 1,
    pixels: Array.from({ length: 784 }, (_, at) => (at * (i + 3)) % 256),
  },
  label: 'Pullover',
  dense: 'Pullover',
  compact,
}));

/** The sizes that a report must bear: 110 layers, 200 epochs, 2000 samples, long names, a failed engine, a failed proof. */
export const deepParts: ReportParts = {
  ...sampleParts,
  events: Array.from({ length: 200 }, (_, i): EpochEvent => {
    const learned = 1 - Math.exp(-i / 25);
    return {
      ...(epochEvents[0] as EpochEvent),
      epoch: i + 1,
      epochs: 200,
      accuracyBefore: 0.4 + 0.5 * learned + 0.02 * Math.sin(7 * i),
      accuracyAfter: 0.2 + 0.69 * learned + 0.03 * Math.sin(3 * i),
      rate: 0.4 * learned,
      returnedFilters: Math.round(40 * (1 - learned)),
    };
  }),
  compactReport: {
    ...compactReport,
    layers: Array.from({ length: 110 }, (_, i) => {
      const filters = 16 << Math.floor(i / 37);
      return {
        name: `stage${1 + Math.floor(i / 37)}_block${1 + (i % 37)}_conv1`,
        op: 'conv2d',
        filtersBefore: filters,
        filtersAfter: Math.round(filters * 0.6),
        macsBefore: 2359296,
        macsAfter: 849346,
      };
    }),
    proof: { ...compactReport.proof, maxRelError: 0.0213, argmaxAgreement: 0.99996, passed: false },
  },
  latencyReport: {
    ...latencyReport,
    subjects: subjects.map((each, i) => {
      if (i === 3) {
        return {
          ...each,
          engineUsed: null,
          loadMs: null,
          firstRunMs: null,
          samplesMs: [],
          p50Ms: null,
          p95Ms: null,
          meanMs: null,
          ciMs: null,
          maxAbsError: null,
          error: 'WebGL: expected a context, found none',
        };
      }
      const samplesMs = Array.from({ length: 2000 }, (_, at) => each.samplesMs[at % 50] ?? 0);
      return {
        ...each,
        samplesMs,
        model: i === 2 ? 'runs/2025-03-14T09-26-53-resnet110/compact' : each.model,
      };
    }),
  },
};
