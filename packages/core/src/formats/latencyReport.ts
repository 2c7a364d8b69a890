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
  /** The adapter's name, where a WebGPU subject ran. */
  readonly webgpuAdapter?: string;
  /** True when the CPU computes what WebGPU is told: as with software GL. */
  readonly softwareWebgpu?: boolean;
  /** The processor's name, where the one who drove the browser could see it. */
  readonly cpu?: string;
  /** Share of all cores that others kept busy just before a page was measured, in [0, 1]; of several pages, the largest. */
  readonly busyBefore?: number;
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
  /** From the call that opens it until it can run: the download, then everything that compiles. */
  readonly loadMs: number | null;
  /** The part of `loadMs` until the last byte had come. */
  readonly downloadMs?: number | null;
  readonly firstRunMs: number | null;
  /** Of the runs after warm-up, in order, one a round. */
  readonly samplesMs: readonly number[];
  /** Whether its page was measured until all intervals were narrow; else its time ran out before. */
  readonly steady?: boolean;
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
