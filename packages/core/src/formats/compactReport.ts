// Knows the file compact-report.json: what a compaction removed, and the proof that nothing changed.
import type { CriterionName } from '../criteria/scoreFilters.ts';

/** Multiply-adds of convolutions and dense layers for one image, parameters, and bytes of weights. */
export interface Cost {
  readonly macs: number;
  readonly params: number;
  readonly bytes: number;
  /**
   * Multiply-adds of the scatters, for a runtime that runs them as the 1 × 1 convolutions that a GraphModel spells
   * them as; they move values and are not part of `macs`.
   */
  readonly scatterMacs?: number;
}

/** One convolution or dense layer, before and after. */
export interface LayerChange {
  readonly name: string;
  readonly op: string;
  readonly filtersBefore: number;
  readonly filtersAfter: number;
  readonly macsBefore: number;
  readonly macsAfter: number;
  /** Why zero filters stayed, when some did. */
  readonly kept?: string;
  /** What is left of a layer that was cut. */
  readonly keepSet?: KeepSet;
}

/** Positions in the layer as it was: the filters and the input channels that are left, both ascending. */
export interface KeepSet {
  readonly inputs: readonly number[];
  readonly filters: readonly number[];
}

/** What one rewriting pass did. */
export interface PassRecord {
  readonly name: string;
  readonly changed: boolean;
  readonly notes: readonly string[];
}

/** The distance of two networks' answers to the same inputs. */
export interface Distance {
  readonly maxAbsError: number;
  /** Largest absolute difference over the largest absolute output, per output, the worst one. */
  readonly maxRelError: number;
  /** Share of images whose largest output is at the same place. */
  readonly argmaxAgreement: number;
}

/** The comparison of both networks on the same inputs; of several runs it tells the largest error, and the tolerance of the run that has it. */
export interface Proof extends Distance {
  /** Number of images compared. */
  readonly inputs: number;
  readonly tolerance: number;
  /** Every run is within its tolerance. */
  readonly passed: boolean;
  /** Each run of both networks. */
  readonly runs?: readonly ProofRun[];
  /** What was not run, and why. */
  readonly notRun?: readonly string[];
}

/** Both networks run once on the same images by the same runner. */
export interface ProofRun extends Distance {
  /** `oracle`, the plain interpreter in float64, or `tfjs` and its backend, which loads the files themselves. */
  readonly runner: string;
  readonly case: string;
  readonly seed: number;
  /** What each image's values are like. */
  readonly images: readonly string[];
  /** Shape by input, the batch first. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly tolerance: number;
  /** The output with the largest error. */
  readonly where: string;
  /** Share of the first network's values that are finite numbers; of the others only this is compared, that both are alike. */
  readonly finite: number;
  readonly passed: boolean;
}

/** How far the answers moved, where a user chose that they may; measured as in the proof. */
export interface Change extends Distance {
  /** Number of images compared. */
  readonly inputs: number;
}

/** Filters that were removed though they were not zero, and what that did to the answers. */
export interface Pruning {
  /** The weakest share of each layer, or all under a share of the largest norm of their layer. */
  readonly by: 'rate' | 'threshold';
  readonly value: number;
  readonly criterion: CriterionName;
  /** How many filters were zeroed. */
  readonly filters: number;
  /** The network with those filters zeroed against the one that was given. */
  readonly change: Change;
}

/** What widths kept at multiples cost. */
export interface Rounding {
  readonly multipleOf: number;
  /** Multiply-adds of the network, and of the one that keeps no filter for the multiple's sake. */
  readonly macs: number;
  readonly macsWithout: number;
}

/** compact-report.json. */
export interface CompactReport {
  readonly format: 'asfp.compact-report/1';
  readonly before: Cost;
  readonly after: Cost;
  /** Shapes by input that multiply-adds are counted for, where the model leaves sizes open. */
  readonly costsFor?: Readonly<Record<string, readonly number[]>>;
  readonly layers: readonly LayerChange[];
  readonly passes: readonly PassRecord[];
  readonly proof: Proof;
  /** Where filters were chosen; the proof is then of the network with those filters zeroed. */
  readonly pruning?: Pruning;
  /** Where constants went into biases though the padding shows; the proof is then of the network after that. */
  readonly borders?: Change;
  readonly rounding?: Rounding;
}
