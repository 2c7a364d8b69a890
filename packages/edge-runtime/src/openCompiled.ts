// Knows the way to a session where no code can come later: the compiled engine alone, in one piece with its caller.

import { compiled } from './engines/compiled.ts';
import type { EngineOptions } from './engines/engine.ts';
import type { FetchOptions } from './fetch/fetchModel.ts';
import type { ModelSource } from './fetch/modelSource.ts';
import { openOn } from './open/openOn.ts';
import { Session } from './session.ts';

/** What `openCompiled` is told. */
export interface CompiledOptions extends Pick<EngineOptions, 'kernels'>, FetchOptions {}

/**
 * Opens a GraphModel on the compiled engine, as `openModel` does where it is named, without code that is loaded later:
 * for service workers and servers at the edge, which allow none. Throws an AsfpError like `openModel`; when aborted,
 * rejects with the signal's reason.
 */
export async function openCompiled(source: ModelSource, options: CompiledOptions = {}): Promise<Session> {
  return new Session(await openOn(compiled, source, options));
}
