// Knows what the measuring page is asked and what it answers; plain data, so that it crosses from Node and back.
import type { LatencyReport } from '@asfp/core';

/**
 * The ways to run a model in the lab; `tfjs-layers-wasm` is `tf.loadLayersModel` on the wasm backend, `ort-wasm` is
 * onnxruntime-web, which is there for comparison only.
 */
export type LabEngine =
  | 'compiled'
  | 'tfjs-wasm'
  | 'tfjs-webgl'
  | 'tfjs-webgpu'
  | 'tfjs-layers-wasm'
  | 'ort-wasm';

/** One model on one engine. */
export interface LabSubject {
  /** Name in the report: `dense`, `compact`, or a path. */
  readonly model: string;
  /** Address of its model.json, or of the ONNX file. */
  readonly url: string;
  readonly format: 'graph' | 'layers' | 'onnx';
  readonly engine: LabEngine;
  /** Pictures in one run. */
  readonly batch: number;
  /** What must come out, where it is not what the reference says: of a pruned network beside a dense one. */
  readonly answer?: readonly (readonly number[])[];
  /** Milliseconds of waiting within every run, for the lab's test of itself; none by default. */
  readonly delayMs?: number;
}

/** Numbers to run on and the numbers that must come out, one list for each input and output. */
export interface LabReference {
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

/** Subjects that share a page and are measured round by round. */
export interface LabRequest {
  readonly subjects: readonly LabSubject[];
  readonly budgetMs: number;
  /** Threads of `compiled` and of `tfjs-wasm`; null for what they take by themselves. */
  readonly threads: number | null;
  /** Null to run on seeded random numbers, the first subject that runs being the reference of the others. */
  readonly reference: LabReference | null;
  readonly seed: number;
}

/** What a page measured. */
export interface LabResult {
  readonly report: LatencyReport;
  /** What was compared with: what was given, or else what the first subject that ran made. */
  readonly reference: LabReference | null;
}

/** Whether an engine runs in this browser. */
export interface EngineProbe {
  readonly name: string;
  readonly usable: boolean;
  /** What runs, or why it does not. */
  readonly detail: string;
}

/** `window.asfpLab` of the measuring page. */
export interface LabApi {
  measure(request: LabRequest): Promise<LabResult>;
  /** Starts every engine once. */
  probe(): Promise<readonly EngineProbe[]>;
}
