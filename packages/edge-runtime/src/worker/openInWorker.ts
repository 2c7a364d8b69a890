// Knows one session from the page's side: its worker is started, asked, and ended with the session.
import { AsfpError, type HostTensor } from '@asfp/core';
import type { LoadedModel } from '../engines/engine.ts';
import type { ModelSource } from '../fetch/modelSource.ts';
import type { OpenHereOptions } from '../open/openHere.ts';
import type { OpenedModel } from '../open/openOn.ts';
import { untilAborted } from '../untilAborted.ts';
import { type FromWorker, ownTensors, receivedError, sentError, type ToWorker } from './workerMessages.ts';

/** Opens a model in a worker of its own; throws like `openHere`, and AsfpError `worker-start` where none starts. */
export async function openInWorker(source: ModelSource, options: OpenHereOptions): Promise<OpenedModel> {
  const { signal } = options;
  signal?.throwIfAborted();
  const client = new WorkerClient(options);
  try {
    return await untilAborted(client.open(source), signal);
  } catch (error) {
    client.end();
    throw error;
  }
}

/** Waits for what the worker says of one thing. */
interface Waiting<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

class WorkerClient {
  readonly #worker: Worker;
  readonly #options: OpenHereOptions;
  readonly #runs = new Map<number, Waiting<readonly HostTensor[]>>();
  #opening: Waiting<OpenedModel> | undefined;
  #broken: AsfpError | undefined;
  #ended: (() => void) | undefined;
  #count = 0;

  constructor(options: OpenHereOptions) {
    this.#options = options;
    this.#worker = startWorker();
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#break(event.message);
    };
    this.#worker.onmessageerror = () => this.#break('a message that does not arrive');
  }

  open(source: ModelSource): Promise<OpenedModel> {
    const { onProgress, signal: _signal, locate, wasmPaths, ...plain } = this.#options;
    return new Promise((resolve, reject) => {
      this.#opening = { resolve, reject };
      this.#post({
        type: 'open',
        source: typeof source === 'string' || source instanceof URL ? absolute(String(source)) : source,
        options: {
          ...plain,
          ...(wasmPaths === undefined ? {} : { wasmPaths: absolutePaths(wasmPaths) }),
          reports: onProgress !== undefined,
          locates: locate !== undefined,
        },
      });
    });
  }

  end(): void {
    this.#worker.terminate();
  }

  #run(inputs: readonly HostTensor[], handOver: boolean): Promise<readonly HostTensor[]> {
    if (this.#broken) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      const id = this.#count++;
      this.#runs.set(id, { resolve, reject });
      const { tensors, memory } = ownTensors(inputs, handOver);
      this.#post({ type: 'run', id, inputs: tensors }, memory);
    });
  }

  async #dispose(): Promise<void> {
    if (!this.#broken) {
      await new Promise<void>((resolve) => {
        this.#ended = resolve;
        this.#post({ type: 'dispose' });
      });
    }
    this.end();
  }

  #post(message: ToWorker, memory: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, memory);
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case 'opened': {
        const { inputs, outputs } = message.info;
        const model: LoadedModel = {
          inputs,
          outputs,
          run: (tensors, handOver = false) => this.#run(tensors, handOver),
          dispose: () => this.#dispose(),
        };
        this.#opening?.resolve({ info: message.info, model });
        break;
      }
      case 'disposed':
        this.#ended?.();
        break;
      case 'refused':
        this.#opening?.reject(receivedError(message.error));
        break;
      case 'progress':
        this.#options.onProgress?.(message.progress);
        break;
      case 'locate':
        void this.#locate(message);
        break;
      case 'ran':
        this.#runs.get(message.id)?.resolve(message.outputs);
        this.#runs.delete(message.id);
        break;
      case 'failed':
        this.#runs.get(message.id)?.reject(receivedError(message.error));
        this.#runs.delete(message.id);
        break;
    }
  }

  async #locate({ id, name, url }: Extract<FromWorker, { type: 'locate' }>): Promise<void> {
    try {
      this.#post({ type: 'located', id, url: await this.#options.locate?.(name, url) });
    } catch (error) {
      this.#post({ type: 'located', id, url: undefined, error: sentError(error) });
    }
  }

  /** A worker that reports an error of its own never started, or will not answer any more. */
  #break(message: string | undefined): void {
    this.#broken = notStarted(message || 'one that the browser does not start');
    this.#opening?.reject(this.#broken);
    for (const run of this.#runs.values()) run.reject(this.#broken);
    this.#runs.clear();
    this.#ended?.();
  }
}

function startWorker(): Worker {
  try {
    return new Worker(new URL('./session.worker.ts', import.meta.url), { type: 'module', name: 'asfp' });
  } catch (cause) {
    throw notStarted(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function notStarted(found: string, cause?: unknown): AsfpError {
  return new AsfpError(
    {
      code: 'worker-start',
      where: 'session in a worker',
      expected: 'a worker that starts and keeps running',
      found,
      cure: "Serve its script from the page's own origin, allow it in the page's Content-Security-Policy (worker-src 'self'), or open the model without `worker`",
    },
    { cause },
  );
}

function absolute(url: string): string {
  return new URL(url, typeof location === 'undefined' ? undefined : location.href).href;
}

/** A worker has another address than its page: what is relative to the page must be whole before it crosses. */
function absolutePaths(paths: string | Readonly<Record<string, string>>): typeof paths {
  if (typeof paths === 'string') return absolute(paths);
  return Object.fromEntries(Object.entries(paths).map(([file, url]) => [file, absolute(url)]));
}
