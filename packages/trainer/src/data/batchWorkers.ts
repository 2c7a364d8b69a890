// Knows the threads that make batches beside the training step.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AsfpError, type Failure, InternalError } from '@asfp/core';
import type { ImageSplit } from './dataset.ts';
import type { BatchTask, makeBatch } from './makeBatch.ts';

/** Threads that make batches; they do not keep the process alive. */
export interface BatchWorkers {
  readonly count: number;
  /** As `makeBatch`, in the thread that has least to do. Throws what it throws, and an InternalError when the thread ends. */
  readonly make: typeof makeBatch;
  /** Ends the threads; what they have in hand is never done. */
  readonly close: () => Promise<void>;
}

/** What a thread is asked. */
export interface BatchOrder {
  readonly id: number;
  readonly task: BatchTask;
}

/** What a thread answers. */
export type BatchReply =
  | { readonly id: number; readonly images: Float32Array<ArrayBuffer> }
  | { readonly id: number; readonly failure: Failure | string };

interface Pending {
  readonly resolve: (images: Float32Array<ArrayBuffer>) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly load: () => number;
  readonly make: typeof makeBatch;
  readonly close: () => Promise<unknown>;
}

/** Images below which a thread costs more to start than it saves. */
const worthAThread = 4096;

/** How many threads serve a split: files take as many as decode beside the training, pixels in memory one or none. */
export function usefulWorkers(split: ImageSplit): number {
  if ('files' in split) return Math.min(8, Math.max(1, availableParallelism() - 1));
  return split.count < worthAThread ? 0 : 1;
}

/** Starts `count` threads. */
export function openBatchWorkers(count: number): BatchWorkers {
  const threads = Array.from({ length: count }, (_, i) => startThread(i + 1));
  return {
    count,
    make: (task) => threads.reduce((a, b) => (b.load() < a.load() ? b : a)).make(task),
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

function startThread(index: number): Thread {
  const pending = new Map<number, Pending>();
  let ended: Error | undefined;
  let lastId = 0;
  const worker = startWorker(`asfp images ${index}`);
  worker.unref();
  const settle = (id: number): Pending | undefined => {
    const asked = pending.get(id);
    pending.delete(id);
    // A process that waits for a batch lives on, one that has left batches behind may end.
    if (pending.size === 0) worker.unref();
    return asked;
  };
  const end = (error: Error): void => {
    ended ??= error;
    for (const id of [...pending.keys()]) settle(id)?.reject(ended);
  };
  worker.on('message', (reply: BatchReply) => {
    const asked = settle(reply.id);
    if ('images' in reply) asked?.resolve(reply.images);
    else asked?.reject(errorOf(reply.failure));
  });
  worker.on('error', (cause) => end(new InternalError('a thread that makes batches failed', { cause })));
  worker.on('exit', () => end(new InternalError('a thread that makes batches has ended')));
  return {
    load: () => pending.size,
    make: (task) =>
      new Promise((resolve, reject) => {
        if (ended) {
          reject(ended);
          return;
        }
        const order: BatchOrder = { id: ++lastId, task };
        pending.set(order.id, { resolve, reject });
        worker.ref();
        worker.postMessage(
          order,
          task.images instanceof Uint8Array ? [task.images.buffer as ArrayBuffer] : [],
        );
      }),
    close: () => worker.terminate(),
  };
}

/** From source a worker needs somebody who reads TypeScript, and our packages' own sources; a build has its own file. */
function startWorker(name: string): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  const file = isSource ? './fromSource.worker.mjs' : './makeBatch.worker.mjs';
  const execArgv = isSource ? ['--conditions=dev'] : [];
  return new Worker(new URL(file, import.meta.url), { name, execArgv });
}

function errorOf(failure: Failure | string): Error {
  return typeof failure === 'string' ? new InternalError(failure) : new AsfpError(failure);
}
