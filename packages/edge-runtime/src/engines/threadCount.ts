// Knows how many threads the compiled engine shall run on where it is started.
import { AsfpError } from '@asfp/core';

/** Beyond four, handing over costs what a network's small layers gain, and a page has other things to do. */
const BY_DEFAULT = 4;

/** More than any machine has cores worth sharing a layer. */
const MOST = 16;

/** What there is to ask for; a page knows whether it is isolated, Node does not know the word. */
interface Place {
  readonly crossOriginIsolated?: boolean;
  readonly SharedArrayBuffer?: unknown;
  readonly navigator?: { readonly hardwareConcurrency?: number };
}

/**
 * Threads to start, this one counted: as many as are asked for where threads can share memory, else one. Throws AsfpError
 * `threads` for a number that counts nothing.
 */
export function threadCount(asked: number | undefined, place: Place = globalThis): number {
  if (asked !== undefined && !(Number.isInteger(asked) && asked > 0)) {
    throw new AsfpError({
      code: 'threads',
      where: 'threads',
      expected: 'a whole number from 1 on',
      found: String(asked),
    });
  }
  const { crossOriginIsolated, navigator } = place;
  // WebKit on Linux isolates pages, and has no memory to share all the same.
  const canShare = crossOriginIsolated !== false && place.SharedArrayBuffer !== undefined;
  if (!canShare) return 1;
  if (asked !== undefined) return Math.min(asked, MOST);
  // A server runs pictures side by side already.
  return crossOriginIsolated ? Math.min(navigator?.hardwareConcurrency ?? 1, BY_DEFAULT) : 1;
}
