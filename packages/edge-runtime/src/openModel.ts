// Knows the way from an address to an open session.
import type { EngineName, EngineOptions } from './engines/engine.ts';
import { loadEngine } from './engines/loadEngine.ts';
import { type FetchOptions, fetchModel } from './fetch/fetchModel.ts';
import { Session } from './session.ts';

/** What `openModel` is told. */
export interface OpenOptions extends EngineOptions, FetchOptions {
  readonly engine: EngineName;
}

/**
 * Opens a GraphModel on the engine that is asked for, never on another one: where that engine cannot run it, an
 * AsfpError says why. When aborted, rejects with the signal's reason.
 */
export async function openModel(url: string, options: OpenOptions): Promise<Session> {
  const { signal } = options;
  signal?.throwIfAborted();
  const engine = await loadEngine(options.engine);
  const facts = await engine.start(options);
  const file = await fetchModel(url, options);
  const model = await engine.load(file);
  if (signal?.aborted) {
    await model.dispose();
    throw signal.reason;
  }
  return new Session(file, model, facts);
}
