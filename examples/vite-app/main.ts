// Knows a page that opens a model on the engine that is picked, and says what is on a picture.
import { type EngineChoice, openModel, type Session } from '@asfp/edge-runtime';

const [select, worker, input, output] = ['select', '[type=checkbox]', '[type=file]', 'output'].map((name) =>
  document.querySelector(name),
) as [HTMLSelectElement, HTMLInputElement, HTMLInputElement, HTMLOutputElement];
let session: Session | undefined;

async function open(): Promise<void> {
  input.disabled = true;
  output.value = 'Loading';
  await session?.dispose();
  session = await openModel(new URL('model/model.json', document.baseURI), {
    engine: select.value as EngineChoice,
    worker: worker.checked,
    onProgress: ({ loadedBytes }) => {
      output.value = `${loadedBytes} bytes`;
    },
  });
  output.value = `Ready on ${session.info.engineUsed}, ${session.info.threads} threads`;
  input.disabled = false;
}

async function classify(): Promise<void> {
  const [file] = input.files ?? [];
  if (!file || !session) return;
  const [best] = await session.classify(file);
  output.value = `${best?.label}, ${Math.round(100 * (best?.probability ?? 0))} %`;
}

/** Every failure is one line that says where, what was expected, what was found, and what to do. */
function show(work: Promise<void>): void {
  work.catch((error: unknown) => {
    output.value = (error as Error).message;
  });
}

for (const choice of [select, worker]) choice.addEventListener('change', () => show(open()));
input.addEventListener('change', () => show(classify()));
show(open());
