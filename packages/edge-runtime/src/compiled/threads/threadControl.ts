// Knows how the threads are spoken to: by messages, and by a few words that a sleeping thread waits on.
import type { Chunks } from './takeChunks.ts';

/** What a thread is told; it answers each with the number of messages it has had. */
export type ThreadMessage =
  | { readonly start: WebAssembly.Module; readonly control: Int32Array }
  | {
      readonly load: number;
      readonly memory: WebAssembly.Memory;
      readonly chunks: Chunks;
      readonly words: Int32Array;
      /** Where it begins to look for chunks, as takeChunks says. */
      readonly share: number;
      /** Where this thread's copy of the program begins. */
      readonly begin: number;
    }
  | { readonly forget: number };

/** Counts the reasons to wake. The words lie in cache lines of their own. */
export const JOB = 0;
/** The program that has a run. */
export const PROGRAM = 16;
/** Counts the messages that each thread was sent. */
export const MAIL = 32;

/** Fresh words. */
export function controlWords(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(192));
}

/** Looks at a word before sleeping on it: longer than the gaps within a run, or between runs in a row. */
export const SPINS = 20_000;

/** A nap, milliseconds: short, for nobody is woken from it. */
const NAP_MS = 0.05;

/** Waits a little, longer after many turns; a page's own thread, which may not sleep, goes on looking. */
export function pause(turns: number, control: Int32Array, maySleep: boolean): void {
  if (turns > SPINS && maySleep) Atomics.wait(control, JOB, Atomics.load(control, JOB), NAP_MS);
}
