// Knows what is told of an open model.
import type { ModelCard } from '@asfp/core';
import type { EngineFacts, EngineName, LoadedModel, TensorSpec } from '../engines/engine.ts';
import type { GraphModelFile } from '../fetch/parseModelFile.ts';
import { endsInSoftmax } from '../input/topLabels.ts';

/** What is known of an open model. */
export interface SessionInfo {
  /** Where model.json came from: an address, or a file's name. */
  readonly url: string;
  /** The engine that runs; the one that was asked for, where one was named. */
  readonly engineUsed: EngineName;
  /** Why this engine: it was named, or what `auto` found out. */
  readonly engineReason: string;
  /** Threads that run. */
  readonly threads: number;
  /** The GL driver's name; null for engines without GL. */
  readonly webglRenderer: string | null;
  /** The adapter's name; null for engines without WebGPU. */
  readonly webgpuAdapter: string | null;
  /** True when the CPU computes what WebGL or WebGPU is told. */
  readonly softwareGl: boolean;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** What the file says of itself; null when it says nothing readable. */
  readonly card: ModelCard | null;
  /** True when the first output is probabilities already. */
  readonly endsInSoftmax: boolean;
  /** Bytes of model.json and its weights. */
  readonly bytes: number;
  /** True when the weights have the SHA-256 that the card lists. */
  readonly hashChecked: boolean;
}

/** A file in an engine's memory, and why in this one's. */
export interface LoadedFile {
  readonly file: GraphModelFile;
  readonly facts: EngineFacts;
  readonly model: LoadedModel;
  readonly reason: string;
}

/** What a session says of itself. */
export function sessionInfo({ file, facts, model, reason }: LoadedFile): SessionInfo {
  return {
    url: file.url,
    engineUsed: facts.engine,
    engineReason: reason,
    threads: facts.threads,
    webglRenderer: facts.webglRenderer,
    webgpuAdapter: facts.webgpuAdapter,
    softwareGl: facts.softwareGl,
    inputs: model.inputs,
    outputs: model.outputs,
    card: file.card,
    endsInSoftmax: endsInSoftmax(file.nodes, model.outputs[0]?.node ?? ''),
    bytes: file.bytes,
    hashChecked: file.hashChecked,
  };
}
