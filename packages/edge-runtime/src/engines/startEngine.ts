// Knows how to make an engine ready before any model is there, so that its start is not counted as a model's.
import type { EngineFacts, EngineName, EngineOptions } from './engine.ts';
import { loadEngine } from './loadEngine.ts';

/** Starts an engine, once for the page; throws an AsfpError where it cannot run here. */
export async function startEngine(name: EngineName, options: EngineOptions = {}): Promise<EngineFacts> {
  return (await loadEngine(name)).start(options);
}
