// Knows the way from a source to a model in an engine's memory, in the thread that asks.
import type { EngineChoice, EngineOptions } from '../engines/engine.ts';
import { loadEngine } from '../engines/loadEngine.ts';
import type { FetchOptions } from '../fetch/fetchModel.ts';
import { type ModelSource, readSource } from '../fetch/modelSource.ts';
import { type OpenedModel, opened, openOn } from './openOn.ts';
import type { LoadedFile } from './sessionInfo.ts';

/** What opening needs to be told. */
export interface OpenHereOptions extends EngineOptions, FetchOptions {
  readonly engine?: EngineChoice;
}

/** Brings a model and opens it; throws as `openModel` does. */
export async function openHere(source: ModelSource, options: OpenHereOptions): Promise<OpenedModel> {
  const { signal, engine = 'auto' } = options;
  signal?.throwIfAborted();
  if (engine !== 'auto') return openOn(await loadEngine(engine), source, options);
  return opened(await openBest(source, options), signal);
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
