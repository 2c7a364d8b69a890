// Knows how a thread is started: a page's worker, or Node's.
import type { ThreadMessage } from './threadControl.ts';

/** A thread from outside. */
export interface ThreadWorker {
  /** Sends a message; the answer to it is waited for, no longer than a bound. False when none came. */
  tell(message: ThreadMessage): Promise<boolean>;
  end(): void;
}

/** What is used of Node's threads. */
interface NodeWorker {
  on(event: 'message' | 'error' | 'exit', hear: (value: unknown) => void): void;
  postMessage(message: ThreadMessage): void;
  terminate(): void;
  unref(): void;
}
interface NodeLike {
  readonly process?: {
    getBuiltinModule?(name: 'node:worker_threads'): {
      Worker: new (file: URL, options: object) => NodeWorker;
    };
  };
}

/** How long a thread may take to answer, before one does without it. */
const ANSWER_MS = 5000;

/** Starts a thread, which is not waited for; undefined where the place allows none. */
export function startWorker(): ThreadWorker | undefined {
  try {
    return typeof Worker === 'undefined' ? startNodeWorker() : startPageWorker();
  } catch {
    // A policy that allows no workers.
    return undefined;
  }
}

function startPageWorker(): ThreadWorker {
  const worker = new Worker(new URL('./kernelThread.worker.ts', import.meta.url), { type: 'module' });
  const answers = answersOf((message) => worker.postMessage(message));
  worker.onmessage = ({ data }) => answers.heard(data);
  worker.onerror = (event) => {
    // Known by what follows from it: the thread does not answer.
    event.preventDefault();
    answers.lost();
  };
  return { tell: answers.tell, end: () => worker.terminate() };
}

function startNodeWorker(): ThreadWorker | undefined {
  const threads = (globalThis as NodeLike).process?.getBuiltinModule?.('node:worker_threads');
  if (threads === undefined) return undefined;
  // From source a worker needs somebody who reads TypeScript; a build has its own file.
  const isSource = import.meta.url.endsWith('.ts');
  const file = isSource ? './fromSource.worker.mjs' : './kernelThread.worker.mjs';
  const worker = new threads.Worker(new URL(file, import.meta.url), {
    name: 'asfp kernels',
    execArgv: isSource ? ['--conditions=dev'] : [],
  });
  const answers = answersOf((message) => worker.postMessage(message));
  worker.on('message', (count) => answers.heard(count as number));
  worker.on('error', answers.lost);
  worker.on('exit', answers.lost);
  // It sleeps between runs, and does not keep the process alive.
  worker.unref();
  return { tell: answers.tell, end: () => worker.terminate() };
}

/** Pairs messages with their answers, which come in order. */
function answersOf(post: (message: ThreadMessage) => void): {
  readonly tell: ThreadWorker['tell'];
  readonly heard: (count: number) => void;
  readonly lost: () => void;
} {
  const waiting: ((answered: boolean) => void)[] = [];
  return {
    tell: (message) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ANSWER_MS, false);
        waiting.push((answered) => {
          clearTimeout(timer);
          resolve(answered);
        });
        post(message);
      }),
    heard: () => waiting.shift()?.(true),
    lost: () => {
      for (const settle of waiting.splice(0)) settle(false);
    },
  };
}
