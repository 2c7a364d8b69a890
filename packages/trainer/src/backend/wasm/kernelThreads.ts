// Knows how other threads take part in a kernel: a word in shared memory opens the work, and counts who has entered it.
import { Worker } from 'node:worker_threads';
import { assertInternal } from '@asfp/core';
import { type SharedKernel, sharedKernels } from './kernelExports.ts';
import { threadBenefit } from './threadBenefit.ts';
import type { WasmMemory } from './webAssembly.ts';

/** Threads that wait for work. */
export interface KernelThreads {
  /** How many there are, this thread not counted. */
  readonly count: number;
  /**
   * Lets the others into a kernel while `work` runs here; returns when all who entered have left. Where that has not paid of
   * late, only runs `work`. `scratch` has a piece of
   * `scratchBytes` for each thread, this one's first.
   */
  during(
    name: SharedKernel,
    args: readonly number[],
    scratch: number,
    scratchBytes: number,
    work: () => void,
  ): void;
}

/** Bytes of shared memory that the threads and this one speak through. */
export const controlBytes = 256;

// Words of the control block. STATE is round · 512 + OPEN + how many threads have entered.
const STATE = 0;
const LEFT = 1;
const FAILED = 2;
const KERNEL = 3;
const SCRATCH = 4;
const SCRATCH_BYTES = 5;
const COUNT = 6;
const ARGS = 7;
const OPEN = 256;
const ROUND = 512;

/**
 * Starts `count` threads on a compiled module and a shared memory; `control` is the address of a block of `controlBytes`.
 * They sleep between kernels and do not keep the process alive.
 */
export function startKernelThreads(
  count: number,
  module: object,
  memory: WasmMemory,
  control: number,
): KernelThreads {
  const words = new Int32Array(memory.buffer, control, controlBytes / 4);
  words.fill(0);
  for (let i = 1; i <= count; i++) {
    const workerData = { module, memory, control, index: i, names: sharedKernels };
    const worker = new Worker(threadSource, {
      eval: true,
      workerData,
      name: `asfp kernels ${i}`,
      execArgv: [],
    });
    // One that cannot start is one that never takes a chunk: the others do the work.
    worker.on('error', () => {});
    worker.unref();
  }
  const benefit = threadBenefit();
  let round = 0;
  return {
    count,
    during(name, args, scratch, scratchBytes, work) {
      if (!benefit.share()) {
        work();
        return;
      }
      const begun = process.hrtime.bigint();
      words[KERNEL] = sharedKernels.indexOf(name);
      words[SCRATCH] = scratch;
      words[SCRATCH_BYTES] = scratchBytes;
      words[COUNT] = args.length;
      words.set(args, ARGS);
      words[LEFT] = 0;
      round = (round + 1) % 2 ** 20;
      Atomics.store(words, STATE, round * ROUND + OPEN);
      Atomics.notify(words, STATE);
      let worked = begun;
      try {
        work();
        worked = process.hrtime.bigint();
      } finally {
        // Who has not entered by now finds the work closed; who has is waited for.
        const entered = Atomics.and(words, STATE, ~OPEN) % OPEN;
        waitFor(words, entered);
      }
      benefit.record(Number(worked - begun), Number(process.hrtime.bigint() - worked));
      assertInternal(words[FAILED] === 0, `a thread failed in the kernel ${name}`);
    },
  };
}

function waitFor(words: Int32Array, entered: number): void {
  for (let turns = 0; ; turns++) {
    const left = Atomics.load(words, LEFT);
    if (left >= entered) return;
    if (turns <= SPINS) continue;
    const end = Atomics.wait(words, LEFT, left, LONGEST_CHUNK_MS);
    assertInternal(end !== 'timed-out', 'a thread has entered a kernel and does not leave it');
  }
}

/** Far longer than a chunk takes on a machine that does much else; a thread that was killed would be waited for without end. */
const LONGEST_CHUNK_MS = 120_000;

/** How often a word is looked at before sleeping on it: sleeping and waking cost more than the gaps between kernels. */
const SPINS = 2000;

/** What a thread runs; plain JavaScript, so that it starts from sources and from a build alike. */
const threadSource = `
const { module, memory, control, index, names } = require('node:worker_threads').workerData;
const { exports } = new WebAssembly.Instance(module, { env: { memory, abort() { throw new Error('stopped'); } } });
const words = new Int32Array(memory.buffer, control, ${controlBytes / 4});
let served = 0;
for (let turns = 0; ; turns++) {
  const state = Atomics.load(words, ${STATE});
  const round = Math.floor(state / ${ROUND});
  if (!(state & ${OPEN}) || round === served) {
    if (turns > ${SPINS}) Atomics.wait(words, ${STATE}, state);
    continue;
  }
  if (Atomics.compareExchange(words, ${STATE}, state, state + 1) !== state) continue;
  served = round;
  turns = 0;
  try {
    const args = words.subarray(${ARGS}, ${ARGS} + words[${COUNT}]);
    const [counter, chunks, ...rest] = args;
    exports[names[words[${KERNEL}]]](counter, chunks, words[${SCRATCH}] + index * words[${SCRATCH_BYTES}], ...rest);
  } catch {
    Atomics.store(words, ${FAILED}, 1);
  }
  Atomics.add(words, ${LEFT}, 1);
  Atomics.notify(words, ${LEFT});
}
`;
