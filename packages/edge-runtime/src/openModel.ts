// Knows the way from an address to an open session.
import { type OpenHereOptions, openHere } from './open/openHere.ts';
import { Session } from './session.ts';

/** What `openModel` is told; without an engine it chooses one (`auto`). */
export interface OpenOptions extends OpenHereOptions {}

/**
 * Opens a GraphModel. On an engine that is named, never on another one: where that engine cannot run it, an AsfpError
 * says why. On `auto`, the default, on the first that can; `session.info` says which, and why. When aborted, rejects
 * with the signal's reason.
 */
export async function openModel(url: string, options: OpenOptions = {}): Promise<Session> {
  return new Session(await openHere(url, options));
}
