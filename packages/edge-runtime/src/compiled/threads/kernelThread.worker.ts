// Knows the thread that runs its share of each program: told by messages, woken by a word in shared memory.
import type { Kernels } from '@asfp/kernels';
import { type Chunks, takeChunks } from './takeChunks.ts';
import { JOB, MAIL, PROGRAM, pause, SPINS, type ThreadMessage } from './threadControl.ts';

/** What a page's worker and Node's have in common. */
interface Port {
  onmessage: ((event: { readonly data: ThreadMessage }) => void) | null;
  postMessage(answer: number): void;
}

/** A program as this thread runs it. */
interface Known {
  readonly words: Int32Array;
  readonly chunks: Chunks;
  readonly share: number;
  readonly begin: number;
  readonly kernels: Kernels;
}

const node = globalThis as {
  readonly process?: { getBuiltinModule?(name: 'node:worker_threads'): { readonly parentPort: Port | null } };
};
const port: Port =
  node.process?.getBuiltinModule?.('node:worker_threads').parentPort ?? (globalThis as unknown as Port);

serve(port);

function serve(port: Port): void {
  const programs = new Map<number, Known>();
  let module: WebAssembly.Module;
  let control: Int32Array;
  let heard = 0;

  const hear = (message: ThreadMessage): void => {
    if ('start' in message) {
      module = message.start;
      control = message.control;
    } else if ('load' in message) {
      const { memory, load } = message;
      // As openKernels does, which is left out so that this script needs no other package.
      const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
      programs.set(load, { ...message, kernels });
    } else {
      programs.delete(message.forget);
    }
  };

  /** Works and sleeps until there is a message, which only comes once this returns. */
  const work = (): void => {
    for (;;) {
      const job = Atomics.load(control, JOB);
      if (Atomics.load(control, MAIL) !== heard) return;
      const known = programs.get(Atomics.load(control, PROGRAM));
      if (known) {
        const { words, chunks, share, begin, kernels } = known;
        takeChunks(words, chunks, share, begin, kernels, (turns) => pause(turns, control, true));
      }
      for (let turns = 0; turns < SPINS && Atomics.load(control, JOB) === job; turns++);
      Atomics.wait(control, JOB, job);
    }
  };

  port.onmessage = ({ data }) => {
    heard++;
    try {
      hear(data);
    } catch {
      // No memory for one more instance: a thread that does not know a program leaves it to the others.
    }
    port.postMessage(heard);
    work();
  };
}
