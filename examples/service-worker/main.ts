// Knows a page that asks its service worker what is on a picture.
import workerUrl from './classifier.worker.ts?worker&url';

const [input, output] = ['input', 'output'].map((name) => document.querySelector(name)) as [
  HTMLInputElement,
  HTMLOutputElement,
];

async function ask(file: File): Promise<string> {
  const registration = await navigator.serviceWorker.register(workerUrl, { type: 'module' });
  const worker = registration.active ?? (await activated(registration));
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<string>((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
  });
  worker.postMessage({ file, model: new URL('model/model.json', document.baseURI).href }, [port2]);
  return answer;
}

function activated({ installing, waiting }: ServiceWorkerRegistration): Promise<ServiceWorker> {
  const worker = (installing ?? waiting) as ServiceWorker;
  return new Promise((resolve) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve(worker);
    });
  });
}

input.addEventListener('change', () => {
  const [file] = input.files ?? [];
  if (!file) return;
  void ask(file).then((words) => {
    output.value = words;
  });
});
