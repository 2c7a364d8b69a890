// Knows what every engine can do: start, take a model, run it, give it back.
import type { HostTensor } from '@asfp/core';
import type { GraphModelFile } from '../fetch/parseModelFile.ts';

/** The engines of this runtime. */
export type EngineName = 'compiled' | 'tfjs-wasm' | 'tfjs-webgl' | 'tfjs-webgpu';

/** What `openModel` may be asked for: an engine, or the best one for this model on this device. */
export type EngineChoice = EngineName | 'auto';

/** What an engine may be told before its first start; later starts keep what the first one was given. */
export interface EngineOptions {
  /** Folder (ending in `/`) or map of tfjs's three `.wasm` files; by default those that come with this package. */
  readonly wasmPaths?: string | Readonly<Record<string, string>>;
  /** The compiled kernels, for places that may not compile or fetch them; without it, they are fetched from beside the script. */
  readonly kernels?: WebAssembly.Module;
  /**
   * Threads of the engines on WebAssembly. Without it, one per core where the page is cross-origin isolated, at most four for
   * `compiled`; else one. `compiled` has one also where `kernels` are passed in, and more in Node only when asked.
   */
  readonly threads?: number;
  /** Whether WebGL and WebGPU that the CPU computes are good enough; they are refused by default. */
  readonly allowSoftwareGl?: boolean;
}

/** What a started engine says of itself. */
export interface EngineFacts {
  readonly engine: EngineName;
  /** Threads that run, not threads that were asked for. */
  readonly threads: number;
  /** The GL driver's name; null for engines without GL. */
  readonly webglRenderer: string | null;
  /** The adapter's name; null for engines without WebGPU. */
  readonly webgpuAdapter: string | null;
  /** True when the CPU computes what WebGL or WebGPU is told. */
  readonly softwareGl: boolean;
}

/** An input or output of a model: a dimension that the file leaves open is null. */
export interface TensorSpec {
  /** The name that the model's signature gives it, else its node's. */
  readonly name: string;
  /** The graph's node. */
  readonly node: string;
  readonly dtype: string;
  readonly shape: readonly (number | null)[] | null;
}

/** A model in an engine's memory. */
export interface LoadedModel {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /**
   * Runs once; inputs in the order of `inputs`, every output read back, in the order of `outputs`. Inputs that are handed
   * over may be empty afterwards.
   */
  run(inputs: readonly HostTensor[], handOver?: boolean): Promise<readonly HostTensor[]>;
  /** Gives all memory back. */
  dispose(): Promise<void>;
}

/** One way to run a model. */
export interface Engine {
  /** Makes the engine ready, once for the page; throws an AsfpError where it cannot run here. */
  start(options: EngineOptions): Promise<EngineFacts>;
  /** Takes a model; throws an AsfpError when it has an op that the engine lacks. */
  load(file: GraphModelFile): Promise<LoadedModel>;
}
