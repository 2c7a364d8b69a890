// Knows the file latency-report.json: raw samples of each subject in one page, and their ratios.

/** Where the figures were taken. */
export interface LatencyEnvironment {
  readonly userAgent: string;
  readonly cores: number;
  readonly crossOriginIsolated: boolean;
  /** Smallest step of the clock that was seen, milliseconds. */
  readonly clockResolutionMs: number;
  /** The GL driver's name; null where no WebGL subject ran. */
  readonly webglRenderer: string | null;
  /** True when WebGL is drawn by the CPU: never to be compared with a GPU's figures. */
  readonly softwareGl: boolean;
  /** When the measurement began, ISO 8601. */
  readonly date: string;
}

/** One model on one engine. */
export interface LatencySubject {
  /** `dense` or `compact` in a pipeline; else the model's path. */
  readonly model: string;
  readonly engine: string;
  /** The engine that ran; null when the subject failed. */
  readonly engineUsed: string | null;
  readonly threads: number;
  readonly batch: number;
  readonly loadMs: number | null;
  readonly firstRunMs: number | null;
  readonly samplesMs: readonly number[];
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly meanMs: number | null;
  /** 95 % bootstrap interval of the median. */
  readonly ciMs: readonly [number, number] | null;
  /** Largest absolute difference of its output from the reference's on the same input; null where none was given. */
  readonly maxAbsError: number | null;
  /** Why this subject has no figures. */
  readonly error?: string;
}

/** The median of `a` over the median of `b`: above 1, `b` is faster. */
export interface LatencyComparison {
  /** `model@engine`. */
  readonly a: string;
  readonly b: string;
  readonly ratio: number;
  /** 95 % bootstrap interval over the rounds, in which both ran next to each other. */
  readonly ratioCi: readonly [number, number];
}

/** latency-report.json. */
export interface LatencyReport {
  readonly format: 'asfp.latency-report/1';
  readonly environment: LatencyEnvironment;
  readonly subjects: readonly LatencySubject[];
  readonly comparisons: readonly LatencyComparison[];
}
