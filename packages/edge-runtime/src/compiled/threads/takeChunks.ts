// Knows how threads take the chunks of a run: words in shared memory say how far it is, and who is free takes the next.
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

/** Words in a cache line: no two that are written often share one. */
const LINE = 16;

// The run, counted from 1 on; the chunks that are done, over all runs; whether a kernel stopped; for each chunk the last run in
// which it was taken. All but FAILED only count up, and may overflow.
const RUN = 0;
const DONE = LINE;
const FAILED = 2 * LINE;
const TAKEN = 3 * LINE;

/** Fresh words for a program. */
export function runWords({ count }: Chunks): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer((TAKEN + count * LINE) * 4));
}

/** Opens a run: from now on its chunks can be taken. */
export function openRun(words: Int32Array): void {
  Atomics.store(words, FAILED, 0);
  Atomics.add(words, RUN, 1);
}

/** Chunks of the last run that are not done. */
export function chunksLeft(words: Int32Array, { count }: Chunks): number {
  return (Math.imul(Atomics.load(words, RUN), count) - Atomics.load(words, DONE)) | 0;
}

/** Whether a kernel stopped in the last run. */
export function hasFailed(words: Int32Array): boolean {
  return Atomics.load(words, FAILED) !== 0;
}

/**
 * Takes chunks of the open run and runs them until all are done. `share`, from 0 to 1, is where in each group this thread
 * begins to look: always the same place, for what it reads there it has mostly written itself. Waits only with empty hands, so
 * that a thread that the machine has put aside holds nobody up; `pause` is told how often in a row.
 */
export function takeChunks(
  words: Int32Array,
  { groups, count }: Chunks,
  share: number,
  program: number,
  kernels: Pick<Kernels, 'run'>,
  pause: (turns: number) => void,
): void {
  const run = Atomics.load(words, RUN);
  const before = Math.imul(run - 1, count);
  let at = 0;
  for (let turns = 0; ; ) {
    const done = (Atomics.load(words, DONE) - before) | 0;
    if (done >= count) return;
    // The group that is open: all that it reads has been written when all chunks before it are done.
    while (at + ROW < groups.length && done >= (groups[at + ROW] as number)) at += ROW;
    const first = groups[at] as number;
    const parts = groups[at + 3] as number;
    const part = take(words, first, parts, Math.floor(share * parts), run);
    if (part < 0) {
      pause(turns++);
      continue;
    }
    turns = 0;
    const [from, to] = [program + (groups[at + 1] as number), program + (groups[at + 2] as number)];
    try {
      kernels.run(from, to, part, parts, groups[at + 4] as number);
    } catch {
      Atomics.store(words, FAILED, 1);
    }
    Atomics.add(words, DONE, 1);
  }
}

/** Takes one of a group's chunks, from number `begin` on; −1 when there is none. A run that is over has none, either. */
function take(words: Int32Array, first: number, parts: number, begin: number, run: number): number {
  for (let i = 0; i < parts; i++) {
    const part = begin + i < parts ? begin + i : begin + i - parts;
    const word = TAKEN + (first + part) * LINE;
    const last = (run - 1) | 0;
    if (Atomics.load(words, word) === last && Atomics.compareExchange(words, word, last, run) === last)
      return part;
  }
  return -1;
}
