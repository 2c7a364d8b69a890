// Knows one session from inside a worker: it opens what the page asks for and runs it until the page ends the worker.
import type { Located } from '../fetch/fetchModel.ts';
import { openHere } from '../open/openHere.ts';
import type { OpenedModel } from '../open/openOn.ts';
import { type FromWorker, ownTensors, receivedError, sentError, type ToWorker } from './workerMessages.ts';

/** What is used of a worker's global scope. */
interface WorkerScope {
  postMessage(message: FromWorker, memory?: ArrayBuffer[]): void;
}

const scope = globalThis as unknown as WorkerScope;
const questions: { resolve(url: Located): void; reject(reason: unknown): void }[] = [];
let opened: OpenedModel | undefined;

/** Does what the page asks for; the answer is a message of its own. */
export function answerPage(data: ToWorker): void {
  switch (data.type) {
    case 'open':
      void open(data);
      break;
    case 'run':
      void run(data);
      break;
    case 'dispose':
      void dispose();
      break;
    case 'located':
      if (data.error) questions[data.id]?.reject(receivedError(data.error));
      else questions[data.id]?.resolve(data.url);
      break;
  }
}

/** The page ends this worker in any case; but threads that sleep hear only from their engine that it is over. */
async function dispose(): Promise<void> {
  try {
    await opened?.model.dispose();
  } finally {
    scope.postMessage({ type: 'disposed' });
  }
}

async function open({ source, options }: Extract<ToWorker, { type: 'open' }>): Promise<void> {
  const { reports, locates, ...plain } = options;
  try {
    opened = await openHere(source, {
      ...plain,
      ...(reports ? { onProgress: (progress) => scope.postMessage({ type: 'progress', progress }) } : {}),
      ...(locates ? { locate: askPage } : {}),
    });
    scope.postMessage({ type: 'opened', info: opened.info });
  } catch (error) {
    scope.postMessage({ type: 'refused', error: sentError(error) });
  }
}

function askPage(name: string, url: string): Promise<Located> {
  return new Promise((resolve, reject) => {
    const id = questions.push({ resolve, reject }) - 1;
    scope.postMessage({ type: 'locate', id, name, url });
  });
}

async function run({ id, inputs }: Extract<ToWorker, { type: 'run' }>): Promise<void> {
  try {
    const outputs = (await opened?.model.run(inputs)) ?? [];
    // Copies: an engine may still hold what it answered.
    const { tensors, memory } = ownTensors(outputs, false);
    scope.postMessage({ type: 'ran', id, outputs: tensors }, memory);
  } catch (error) {
    scope.postMessage({ type: 'failed', id, error: sentError(error) });
  }
}
