// Knows how threads take the chunks of a run, in order, whoever is free: a few words in the program's memory say how far they are.
import type { Kernels } from '@asfp/kernels';

/** Numbers in a row of `groups`. */
const ROW = 5;

/** A program in chunks: those of a group run at the same time, groups one after another. */
export interface Chunks {
  /** For each group: its first chunk, the bytes of the program where it begins and ends, its chunks, and what `byColumns` is. */
  readonly groups: Int32Array;
  /** The chunks of all groups. */
  readonly count: number;
}

/** Bytes at the foot of a memory that the words take. */
const WORD_BYTES = 256;

// Each in a cache line of its own. They only count up, over all runs, and may overflow.
const NEXT = 0;
const DONE = 16;
const LIMIT = 32;
const FAILED = 48;

/** The words at the foot of a shared memory. */
export function wordsOf(memory: WebAssembly.Memory): Int32Array<SharedArrayBuffer> {
  return new Int32Array(memory.buffer as unknown as SharedArrayBuffer, 0, WORD_BYTES / 4);
}

/** Opens a run: from now on its chunks can be taken. */
export function openRun(words: Int32Array, { count }: Chunks): void {
  Atomics.store(words, FAILED, 0);
  Atomics.add(words, LIMIT, count);
}

/** Chunks of the open run that are not done. */
export function chunksLeft(words: Int32Array): number {
  return (Atomics.load(words, LIMIT) - Atomics.load(words, DONE)) | 0;
}

/** Whether a kernel stopped in the last run. */
export function hasFailed(words: Int32Array): boolean {
  return Atomics.load(words, FAILED) !== 0;
}

/**
 * Takes chunks of the open run and runs them, until all are taken. Waits for others only with empty hands, so that a thread
 * that the machine has put aside holds nobody up; `pause` is told how often in a row.
 */
export function takeChunks(
  words: Int32Array,
  { groups, count }: Chunks,
  program: number,
  kernels: Pick<Kernels, 'run'>,
  pause: (turns: number) => void,
): void {
  let at = 0;
  for (let turns = 0; ; ) {
    // In this order: a limit older than `next` ends the loop, one that is younger makes the exchange below fail.
    const limit = Atomics.load(words, LIMIT);
    const next = Atomics.load(words, NEXT);
    const left = (limit - next) | 0;
    if (left <= 0) return;
    const chunk = count - left;
    if (chunk < (groups[at] as number)) at = 0;
    while (at + ROW < groups.length && chunk >= (groups[at + ROW] as number)) at += ROW;
    const first = groups[at] as number;
    // All that the group reads has been written when all chunks before it are done.
    const done = (Atomics.load(words, DONE) - limit + count) | 0;
    if (chunk < first || done < first) {
      pause(turns++);
      continue;
    }
    if (Atomics.compareExchange(words, NEXT, next, next + 1) !== next) continue;
    turns = 0;
    const from = program + (groups[at + 1] as number);
    const to = program + (groups[at + 2] as number);
    try {
      kernels.run(from, to, chunk - first, groups[at + 3] as number, groups[at + 4] as number);
    } catch {
      Atomics.store(words, FAILED, 1);
    }
    Atomics.add(words, DONE, 1);
  }
}
