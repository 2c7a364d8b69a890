// Knows the way from a source to an open session.
import type { ModelSource } from './fetch/modelSource.ts';
import { type OpenHereOptions, openHere } from './open/openHere.ts';
import { Session } from './session.ts';

/** What `openModel` is told; without an engine it chooses one (`auto`). */
export interface OpenOptions extends OpenHereOptions {
  /** Whether the session has a worker of its own, so that neither loading nor running ever holds up the page. */
  readonly worker?: boolean;
}

/**
 * Opens a GraphModel: from the address of its model.json, from files that were dropped or picked, or from bytes. On an
 * engine that is named, never on another one: where that engine cannot run it, an AsfpError says why. On `auto`, the
 * default, on the one that suits this device; `session.info` says which, and why. When aborted, rejects with the
 * signal's reason.
 */
export async function openModel(source: ModelSource, options: OpenOptions = {}): Promise<Session> {
  const { worker = false, ...rest } = options;
  if (!worker) return new Session(await openHere(source, rest));
  const { openInWorker } = await import('./worker/openInWorker.ts');
  return new Session(await openInWorker(source, rest));
}
