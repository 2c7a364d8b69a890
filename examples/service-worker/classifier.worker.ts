// Knows a service worker that answers what is on a picture; the model stays open as long as the worker lives.
import { openCompiled } from '@asfp/edge-runtime/compiled';

type Sessions = Record<string, ReturnType<typeof openCompiled>>;
const sessions: Sessions = {};

async function answer(file: Blob, model: string): Promise<string> {
  try {
    sessions[model] ??= openCompiled(model);
    const [best] = await (await sessions[model]).classify(file);
    return `${best?.label}, ${Math.round(100 * (best?.probability ?? 0))} %`;
  } catch (error) {
    delete sessions[model];
    return (error as Error).message;
  }
}

addEventListener('message', (event) => {
  const { data, ports } = event as MessageEvent<{ readonly file: Blob; readonly model: string }>;
  const done = answer(data.file, data.model).then((words) => ports[0]?.postMessage(words));
  // Without this the browser may stop the worker before the answer.
  (event as unknown as { waitUntil(work: Promise<unknown>): void }).waitUntil(done);
});
