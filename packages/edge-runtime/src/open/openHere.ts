// Knows the way from a source to a model in an engine's memory, in the thread that asks.
import type { EngineChoice, EngineName, EngineOptions, LoadedModel } from '../engines/engine.ts';
import { loadEngine } from '../engines/loadEngine.ts';
import { loadFile } from '../engines/loadFile.ts';
import type { FetchOptions } from '../fetch/fetchModel.ts';
import { type ModelSource, readSource } from '../fetch/modelSource.ts';
import { type LoadedFile, type SessionInfo, sessionInfo } from './sessionInfo.ts';

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
  return { info: sessionInfo(chosen), model: chosen.model };
}

async function openNamed(
  name: EngineName,
  source: ModelSource,
  options: OpenHereOptions,
): Promise<LoadedFile> {
  const engine = await loadEngine(name);
  const facts = await engine.start(options);
  const file = await readSource(source, options);
  return { file, facts, model: await loadFile(engine, file), reason: 'asked for' };
}

async function openBest(source: ModelSource, options: OpenHereOptions): Promise<LoadedFile> {
  // The first choice comes while the model does; why it does not start, openAuto hears once more.
  const choosing = import('../choice/openAuto.ts');
  void loadEngine('compiled')
    .then((engine) => engine.start(options))
    .catch(() => undefined);
  const [file, { openAuto, partsHere }] = await Promise.all([readSource(source, options), choosing]);
  return { file, ...(await openAuto(file, options, partsHere(options.signal))) };
}
