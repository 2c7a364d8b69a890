// Knows the command `asfp demo`.
import { serveDemo } from '@asfp/demo/lab';
import { type Command, defineCommand } from '../command.ts';

/** Serves the demo page until Ctrl-C. */
export const demo: Command = defineCommand({
  name: 'demo',
  summary:
    'Serves the demo page: both models of a run, side by side, on pictures of your own. Ends with Ctrl-C.',
  words: [
    {
      ...{ name: 'RUN', optional: true },
      summary: 'a run folder, as asfp pipeline writes it; without one, a ResNet-20 that comes with the page',
    },
  ],
  options: { port: { type: 'number', summary: 'the port to listen on', otherwise: '4173' } },
  run: async ({ options, words, terminal, signal }) => {
    const server = await serveDemo({ folder: words[0], port: options.port ?? 4173 });
    terminal.result(`The demo is at ${server.url} (Ctrl-C ends it)`, { url: server.url });
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await server.close();
    return true;
  },
});
