// Knows what a training run writes down: its settings, and one event a line.
import type { CriterionName } from '../criteria/scoreFilters.ts';
import type { ScheduleName } from '../plan/schedule.ts';

/** Every choice of a run, defaults included (settings.json). */
export interface RunSettings {
  readonly format: 'asfp.run-settings/1';
  /** The data set that was taken, never `auto`. */
  readonly dataset: string;
  readonly data: string | null;
  /** Height and width asked for of a folder's pictures; null where they decide. */
  readonly imageSize: number | null;
  readonly model: string;
  /** The trained model that the run began with; null where it began with random weights. */
  readonly from: string | null;
  readonly epochs: number;
  /** Share of the filters of each convolution that is zero at the end, in [0, 1). */
  readonly rate: number;
  /** Multiply-adds that the compact model may have, as a share of the dense one's: the rate was sought for it; null where a rate was given. */
  readonly targetMacs: number | null;
  readonly schedule: ScheduleName;
  /** P_min, the rate at the start. */
  readonly startRate: number;
  /** D of the asymptotic schedule. */
  readonly bend: number;
  readonly criterion: CriterionName;
  /** Whether each convolution is pruned on its own, or all that write into one residual stream keep the same channels. */
  readonly coupling: 'independent' | 'grouped';
  /** Share of the epochs, at the end, in which zeroed filters stay zero. */
  readonly harden: number;
  /** What each prune does with the batch-norm entries behind zeroed filters. */
  readonly batchNorm: 'left' | 'masked';
  /** Convolutions that keep all filters; names may hold `*`. */
  readonly exclude: readonly string[];
  /** Goal rates of some convolutions, by name or pattern. */
  readonly layerRates: Readonly<Record<string, number>>;
  /** What becomes of the batch-norm entries of filters zeroed by the last prune. */
  readonly settle: 'keep' | 'zero' | 'mean' | 'fold';
  /** Training images on which batch norm's averages are measured anew at the end; 0 for none. */
  readonly recalibrate: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Epochs (counted from 0) at whose start the learning rate is multiplied by `gamma`. */
  readonly milestones: readonly number[];
  readonly gamma: number;
  /** Epochs at the start with a tenth of the learning rate. */
  readonly warmupEpochs: number;
  readonly momentum: number;
  readonly weightDecay: number;
  /** Largest norm of a filter's gradient, as a multiple of the filter's own norm; null where gradients are not clipped. */
  readonly clipRatio: number | null;
  /** How training images are varied: shifted by up to 4 pixels, and mirrored; or a part of them, and mirrored. */
  readonly augmentation: 'crop-flip' | 'crop' | 'resized-crop' | 'none';
  /** Training images used, at most; null for all. */
  readonly limit: number | null;
  /** Test images used for the accuracies of the epochs; the last accuracy always uses all. */
  readonly evalLimit: number | null;
  readonly seed: number;
  /** The backend that was taken, never `auto`. */
  readonly backend: string;
}

/** What happened first: where the run takes place and on what. */
export interface StartEvent {
  readonly type: 'start';
  readonly backend: string;
  readonly device: string;
  readonly dataset: string;
  readonly datasetWhy: string;
  readonly trainImages: number;
  readonly testImages: number;
  readonly params: number;
  /** The first epoch to be trained, counted from 1; above 1 in a resumed run. */
  readonly firstEpoch: number;
}

/** Progress within an epoch; shown, not written to events.jsonl. */
export interface StepEvent {
  readonly type: 'step';
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly imagesPerSecond: number;
}

/** One epoch: training, evaluation, pruning, evaluation. */
export interface EpochEvent {
  readonly type: 'epoch';
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  readonly learningRate: number;
  /** Mean cross-entropy of the training batches, weight decay not included. */
  readonly loss: number;
  readonly trainAccuracy: number;
  /** Share of the evaluated test images classified right, before and after this epoch's prune. */
  readonly accuracyBefore: number;
  readonly accuracyAfter: number;
  readonly evalImages: number;
  /** P(t) of this epoch's prune. */
  readonly rate: number;
  readonly zeroFilters: number;
  readonly totalFilters: number;
  /** Filters zeroed by the last prune that are not among those zeroed by this one. */
  readonly returnedFilters: number;
  /** Filters that have come back at least once since the run began. */
  readonly everReturned: number;
  readonly imagesPerSecond: number;
  readonly seconds: number;
}

/** The end: the masked network on the whole test set. */
export interface EndEvent {
  readonly type: 'end';
  readonly accuracy: number;
  /** Whole test set, the network as the last prune left it, before batch-norm entries were settled. */
  readonly accuracyUnsettled: number;
  readonly loss: number;
  readonly testImages: number;
  /**
   * Multiply-adds for one image: of the whole network, and predicted for the compact one; and both as the papers count, of
   * convolutions alone and with shares of filters that need not be whole.
   */
  readonly macs: {
    readonly dense: number;
    readonly pruned: number;
    readonly paperDense: number;
    readonly paperPruned: number;
  };
  readonly seconds: number;
}

/** A line of events.jsonl. */
export type RunEvent = StartEvent | EpochEvent | EndEvent;

/** The events of events.jsonl; a last line cut short by a kill is left out. */
export function parseEvents(text: string): RunEvent[] {
  const events: RunEvent[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    try {
      events.push(JSON.parse(line) as RunEvent);
    } catch {
      break;
    }
  }
  return events;
}
