// Knows the command `asfp native`.
import { installNative, removeNative } from '@asfp/trainer';
import { type Command, defineCommand } from '../command.ts';

/** Makes tfjs-node work where its own download does not, and takes away again what it made. */
export const native: Command = defineCommand({
  name: 'native',
  summary:
    'Makes the backends node and node-gpu usable: gets TensorFlow and builds tfjs-node’s addon for it.',
  words: [],
  options: {
    gpu: { type: 'flag', summary: 'the backend node-gpu, with CUDA 12 from pip' },
    from: {
      type: 'text',
      hint: 'download|pip|DIR',
      summary: 'the official download, pip, or the folder of an installed Python package tensorflow',
      otherwise: 'the first that works: download (not for --gpu), the one that Python has, pip',
    },
    python: {
      type: 'text',
      hint: 'PATH',
      summary: 'the Python that has pip or TensorFlow',
      otherwise: 'python3',
    },
    remove: { type: 'flag', summary: 'take away what this command made' },
  },
  run: async ({ options, terminal, signal }) => {
    const name = options.gpu ? 'node-gpu' : 'node';
    if (options.remove) {
      const removed = await removeNative(name);
      terminal.result(`${name}: ${removed ? 'removed' : 'nothing to remove'}`, { name, removed });
      return true;
    }
    const made = await installNative({
      name,
      from: options.from ?? 'auto',
      python: options.python ?? 'python3',
      note: terminal.log,
      signal,
    });
    terminal.result(`${name}: TensorFlow ${made.tensorflow} (${made.source})`, { name, ...made });
    return true;
  },
});
