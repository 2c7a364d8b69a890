// Knows the way from a source to a model in an engine's memory, in the thread that asks.
import type { ModelCard } from '@asfp/core';
import { choiceMemory } from '../choice/choiceMemory.ts';
import { type ChoiceParts, type Chosen, openAuto } from '../choice/openAuto.ts';
import type { EngineChoice, EngineName, EngineOptions, LoadedModel, TensorSpec } from '../engines/engine.ts';
import { loadEngine } from '../engines/loadEngine.ts';
import type { FetchOptions } from '../fetch/fetchModel.ts';
import { type ModelSource, readSource } from '../fetch/modelSource.ts';
import type { GraphModelFile } from '../fetch/parseModelFile.ts';
import { endsInSoftmax } from '../input/topLabels.ts';
import { now } from '../latency/clock.ts';

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
  /** True when WebGL is drawn by the CPU. */
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

/** What opening needs to be told. */
export interface OpenHereOptions extends EngineOptions, FetchOptions {
  readonly engine?: EngineChoice;
}

/** A model that is open. */
export interface OpenedModel {
  readonly info: SessionInfo;
  readonly model: LoadedModel;
}

/** Brings a model and opens it; throws as `openModel` does. */
export async function openHere(source: ModelSource, options: OpenHereOptions): Promise<OpenedModel> {
  const { signal, engine = 'auto' } = options;
  signal?.throwIfAborted();
  const chosen =
    engine === 'auto' ? await openBest(source, options) : await openNamed(engine, source, options);
  if (signal?.aborted) {
    await chosen.model.dispose();
    throw signal.reason;
  }
  return { info: infoOf(chosen), model: chosen.model };
}

interface Loaded extends Chosen {
  readonly file: GraphModelFile;
}

async function openNamed(name: EngineName, source: ModelSource, options: OpenHereOptions): Promise<Loaded> {
  const engine = await loadEngine(name);
  const facts = await engine.start(options);
  const file = await readSource(source, options);
  return { file, facts, model: await engine.load(file), reason: 'asked for' };
}

async function openBest(source: ModelSource, options: OpenHereOptions): Promise<Loaded> {
  // The first choice comes while the model does; why it does not start, openAuto hears once more.
  void loadEngine('compiled')
    .then((engine) => engine.start(options))
    .catch(() => undefined);
  const file = await readSource(source, options);
  return { file, ...(await openAuto(file, options, choiceParts(options.signal))) };
}

function choiceParts(signal: AbortSignal | undefined): ChoiceParts {
  const { userAgent = '', hardwareConcurrency = 1 } = typeof navigator === 'undefined' ? {} : navigator;
  const device = `${userAgent} ${hardwareConcurrency}`;
  return { load: loadEngine, memory: choiceMemory, clock: now, device, signal };
}

function infoOf({ file, facts, model, reason }: Loaded): SessionInfo {
  return {
    url: file.url,
    engineUsed: facts.engine,
    engineReason: reason,
    threads: facts.threads,
    webglRenderer: facts.webglRenderer,
    softwareGl: facts.softwareGl,
    inputs: model.inputs,
    outputs: model.outputs,
    card: file.card,
    endsInSoftmax: endsInSoftmax(file.nodes, model.outputs[0]?.node ?? ''),
    bytes: file.bytes,
    hashChecked: file.hashChecked,
  };
}
