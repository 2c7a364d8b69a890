// Knows the threads of the compiled engine: how they start, learn of programs, sleep between runs, and end.
import { InternalError } from '@asfp/core';
import type { Kernels, Step } from '@asfp/kernels';
import { now } from '../../latency/clock.ts';
import { type ShareTrial, shareTrial } from './shareTrial.ts';
import { splitSteps } from './splitSteps.ts';
import { startWorker, type ThreadWorker } from './startWorker.ts';
import { type Chunks, chunksLeft, hasFailed, openRun, runWords, takeChunks } from './takeChunks.ts';
import { controlWords, JOB, MAIL, PROGRAM, pause, type ThreadMessage } from './threadControl.ts';

/** A program in shared memory. */
export interface SharedProgram {
  readonly id: number;
  readonly memory: WebAssembly.Memory;
  readonly chunks: Chunks;
  /** Where the first thread's copy of the program begins, and the bytes from one thread's copy to the next one's. */
  readonly begin: number;
  readonly copyBytes: number;
  readonly words: Int32Array;
  readonly trial: ShareTrial;
}

/** A program of which only the caller knows. */
type NewProgram = Omit<SharedProgram, 'id' | 'words' | 'trial'>;

/** Threads that share the chunks of each run; the one that calls is the first of them. */
export interface Threads {
  /** Threads that run. */
  readonly count: number;
  /** Nanoseconds of work that a chunk has at least. */
  readonly leastNs: number;
  /** Cuts a program into chunks; undefined where it is too small. */
  split(steps: readonly Step[]): Chunks | undefined;
  /** Tells the others of a program; until they have heard, they take no part in its runs. */
  load(program: NewProgram): SharedProgram;
  /** Lets the others forget a program. */
  forget(program: SharedProgram): void;
  /** Resolves when all have heard all, or do not answer. */
  settled(): Promise<void>;
  /** Wakes the others for the run that is open. */
  wake(program: SharedProgram): void;
  /** Runs once, together with the others where that pays; throws an InternalError when a kernel stopped in any thread, or a thread does not come to an end. */
  run(program: SharedProgram, own: Pick<Kernels, 'run'>): void;
  /** Ends the others. */
  close(): void;
}

/** A few times what it costs that a chunk is taken and handed back: words that travel from core to core. */
const LEAST_NS = 4000;

/** How long a chunk may take before its thread counts as lost. */
const CHUNK_MS = 30_000;

/** What may pass between two looks at the clock and count: a machine that slept has lost nobody. */
const LOOK_MS = CHUNK_MS / 4;

/** Looks at the words between two looks at the clock. */
const LOOKS = 1 << 12;

/** Starts `count − 1` threads on a module whose memory is shared; one that does not start in time is done without. */
export async function startThreads(count: number, module: WebAssembly.Module): Promise<Threads> {
  const control = controlWords();
  control[MAIL] = 1;
  const started = Array.from({ length: count - 1 }, startWorker).filter((worker) => worker !== undefined);
  const answers = await Promise.all(started.map((worker) => worker.tell({ start: module, control })));
  for (const [i, worker] of started.entries()) if (!answers[i]) worker.end();
  return new WorkerThreads(
    started.filter((_, i) => answers[i]),
    control,
  );
}

class WorkerThreads implements Threads {
  readonly count: number;
  readonly leastNs: number = LEAST_NS;
  readonly #workers: readonly ThreadWorker[];
  readonly #control: Int32Array;
  readonly #maySleep = maySleep();
  #heard: Promise<unknown> = Promise.resolve();
  #lastId = 0;

  constructor(workers: readonly ThreadWorker[], control: Int32Array) {
    this.#workers = workers;
    this.#control = control;
    this.count = workers.length + 1;
  }

  split(steps: readonly Step[]): Chunks | undefined {
    return splitSteps(steps, this.count, this.leastNs);
  }

  load(program: NewProgram): SharedProgram {
    const id = ++this.#lastId;
    const { memory, chunks, begin, copyBytes } = program;
    const words = runWords(chunks);
    this.#tell((thread) => ({
      ...{ load: id, memory, chunks, words, share: thread / this.count },
      begin: begin + thread * copyBytes,
    }));
    return { ...program, id, words, trial: shareTrial() };
  }

  forget({ id }: SharedProgram): void {
    this.#tell(() => ({ forget: id }));
  }

  async settled(): Promise<void> {
    await this.#heard;
  }

  wake({ id }: SharedProgram): void {
    Atomics.store(this.#control, PROGRAM, id);
    this.#ring();
  }

  run(program: SharedProgram, own: Pick<Kernels, 'run'>): void {
    const { trial, begin, copyBytes } = program;
    const start = now();
    if (trial.share()) this.#share(program, own);
    else own.run(begin, begin + copyBytes, 0, 1, 0);
    trial.record(now() - start);
  }

  close(): void {
    // Out of their sleep, in which a browser would let them be for seconds.
    Atomics.add(this.#control, MAIL, 1);
    this.#ring();
    for (const worker of this.#workers) worker.end();
  }

  #share(program: SharedProgram, own: Pick<Kernels, 'run'>): void {
    const { words, chunks, begin } = program;
    if (chunksLeft(words, chunks) !== 0) throw new InternalError('a thread was lost in an earlier run');
    openRun(words);
    this.wake(program);
    takeChunks(words, chunks, 0, begin, own, this.#patience(program));
    if (hasFailed(words)) throw new InternalError('a kernel stopped');
  }

  /** Waits a little, and gives up when no chunk is done for long. */
  #patience({ words, chunks }: SharedProgram): (turns: number) => void {
    let [left, last, waited] = [-1, 0, 0];
    return (turns) => {
      pause(turns, this.#control, this.#maySleep);
      if (turns % LOOKS !== LOOKS - 1) return;
      const [still, time] = [chunksLeft(words, chunks), now()];
      waited = still === left ? waited + Math.min(time - last, LOOK_MS) : 0;
      [left, last] = [still, time];
      if (waited > CHUNK_MS) throw new InternalError('a thread was lost in the middle of a run');
    };
  }

  #tell(message: (thread: number) => ThreadMessage): void {
    Atomics.add(this.#control, MAIL, 1);
    const answers = this.#workers.map((worker, i) => worker.tell(message(i + 1)));
    this.#heard = Promise.all([this.#heard, ...answers]);
    this.#ring();
  }

  #ring(): void {
    Atomics.add(this.#control, JOB, 1);
    Atomics.notify(this.#control, JOB);
  }
}

/** Whether this thread may sleep: a page's own may not. */
function maySleep(): boolean {
  try {
    Atomics.wait(controlWords(), JOB, 1, 0);
    return true;
  } catch {
    return false;
  }
}
