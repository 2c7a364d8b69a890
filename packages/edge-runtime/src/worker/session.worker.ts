// Knows how a session's worker begins: what it hears waits until its code is there.
//
// It holds nothing else, so that no other file of a bundle imports it: WebKit would run it a second time, and the two would
// not know each other's session.
import type { FromWorker, ToWorker } from './workerMessages.ts';

/** What is used of a worker's global scope. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

const scope = globalThis as unknown as WorkerScope;
const code = import('./answerPage.ts');

scope.onmessage = ({ data }) => {
  code.then(
    ({ answerPage }) => answerPage(data),
    (error: unknown) => scope.postMessage({ type: 'refused', error: { text: String(error) } }),
  );
};
