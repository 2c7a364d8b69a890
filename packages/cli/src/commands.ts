// Knows the commands of `asfp` by name; each is loaded only when it is called.
import type { Command } from './command.ts';

interface Entry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** The commands in the order of the help. */
export const commands: Readonly<Record<string, Entry>> = {
  pipeline: {
    summary: 'the main job: train, compact, verify, bench, report, in one run folder',
    load: async () => (await import('./commands/pipeline.ts')).pipeline,
  },
  train: {
    summary: 'train with soft filter pruning',
    load: async () => (await import('./commands/train.ts')).trainCommand,
  },
  compact: {
    summary: 'write a smaller model that computes the same',
    load: async () => (await import('./commands/compact.ts')).compactCommand,
  },
  inspect: {
    summary: 'show the layers of a model: filters, multiply-adds, parameters',
    load: async () => (await import('./commands/inspect.ts')).inspect,
  },
  export: {
    summary: 'write a model in another format: ONNX',
    load: async () => (await import('./commands/exportCommand.ts')).exportCommand,
  },
  verify: {
    summary: 'run two models on the same inputs and compare',
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  evaluate: {
    summary: 'accuracy and loss of a model on a data set',
    load: async () => (await import('./commands/evaluate.ts')).evaluate,
  },
  bench: {
    summary: 'latency in a real browser, models interleaved',
    load: async () => (await import('./commands/bench.ts')).bench,
  },
  demo: {
    summary: 'serve the demo page on a run folder',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  native: {
    summary: 'make tfjs-node work where its own download does not',
    load: async () => (await import('./commands/native.ts')).native,
  },
  doctor: {
    summary: 'what of training backends and browsers can be used here, and why not',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
};

/** The help of `asfp` itself. */
export function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const rows = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `asfp <command> [options]\n\n${rows.join('\n')}\n\nasfp <command> --help shows a command's options.\n`;
}
