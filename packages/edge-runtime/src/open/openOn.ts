// Knows the way from a source to a model in the memory of an engine that is at hand.
import type { Engine, EngineOptions, LoadedModel } from '../engines/engine.ts';
import { loadFile } from '../engines/loadFile.ts';
import type { FetchOptions } from '../fetch/fetchModel.ts';
import { type ModelSource, readSource } from '../fetch/modelSource.ts';
import { type LoadedFile, type SessionInfo, sessionInfo } from './sessionInfo.ts';

/** A model that is open. */
export interface OpenedModel {
  readonly info: SessionInfo;
  readonly model: LoadedModel;
}

/** Brings a model and opens it on this engine; throws as `openModel` does. */
export async function openOn(
  engine: Engine,
  source: ModelSource,
  options: EngineOptions & FetchOptions,
): Promise<OpenedModel> {
  options.signal?.throwIfAborted();
  const facts = await engine.start(options);
  const file = await readSource(source, options);
  const model = await loadFile(engine, file);
  return opened({ file, facts, model, reason: 'asked for' }, options.signal);
}

/** A model that has been loaded, given back at once where nobody waits for it any more. */
export async function opened(loaded: LoadedFile, signal: AbortSignal | undefined): Promise<OpenedModel> {
  if (signal?.aborted) {
    await loaded.model.dispose();
    throw signal.reason;
  }
  return { info: sessionInfo(loaded), model: loaded.model };
}
