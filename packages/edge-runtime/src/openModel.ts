// Knows the way from a source to an open session.
import type { ModelSource } from './fetch/modelSource.ts';
import { type OpenHereOptions, openHere } from './open/openHere.ts';
import { Session } from './session.ts';

/** What `openModel` is told; without an engine it chooses one (`auto`). */
export interface OpenOptions extends OpenHereOptions {}

/**
 * Opens a GraphModel: from the address of its model.json, from files that were dropped or picked, or from bytes. On an engine that is named, never on another one: where that engine cannot run it, an AsfpError
 * says why. On `auto`, the default, on the first that can; `session.info` says which, and why. When aborted, rejects
 * with the signal's reason.
 */
export async function openModel(source: ModelSource, options: OpenOptions = {}): Promise<Session> {
  return new Session(await openHere(source, options));
}
