// Measures training in one run: images a second by backend, interleaved, PyTorch beside; input, pruning and memory.
// pnpm bench:train [--backends node,wasm] [--python PATH] [--rounds 5] [--steps 5] [--batch 128]
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { InternalError, rngFromSeed } from '@asfp/core';
import { chooseBackend } from '../src/backend/chooseBackend.ts';
import { trainBatches } from '../src/data/batches.ts';
import { openBatchWorkers, usefulWorkers } from '../src/data/batchWorkers.ts';
import { makeSynthetic } from '../src/data/synthetic.ts';
import { buildModel } from '../src/models/models.ts';
import { planPruning } from '../src/prune/planPruning.ts';
import { pruneDuring } from '../src/prune/pruneDuring.ts';
import { resolveSettings } from '../src/train/settings.ts';

const { values: options } = parseArgs({
  options: {
    backends: { type: 'string', default: 'node,wasm' },
    python: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '5' },
    batch: { type: 'string', default: '128' },
  },
});
const batch = Number(options.batch);

/** One competitor, in a process of its own. */
interface Subject {
  readonly name: string;
  readonly ask: (steps: number | undefined) => Promise<Answer>;
  readonly process: ChildProcess;
}

interface Answer {
  readonly device?: string;
  readonly error?: string;
  readonly times?: readonly number[];
  readonly cpuMs?: number;
  readonly epoch?: number;
  readonly tensors?: number;
  readonly rss?: number;
}

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const node = ['--conditions=dev', '--import', 'tsx', '--expose-gc', here('trainSpeedWorker.ts')];

function start(name: string, command: string, args: readonly string[]): Subject {
  const child = spawn(command, [...args], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (steps: number | undefined): Promise<Answer> => {
    if (steps !== undefined) child.stdin.write(`${steps}\n`);
    const { value, done } = await lines.next();
    return done === true ? { error: 'it ended' } : (JSON.parse(value) as Answer);
  };
  return { name, ask, process: child };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const perSecond = (ms: number): number => (batch * 1000) / ms;

/** Images a second of each subject by round; the first round, in which everything is compiled, is dropped. */
async function race(): Promise<ReadonlyMap<string, readonly number[]>> {
  const subjects = [
    ...options.backends
      .split(',')
      .map((name) => start(name, process.execPath, [...node, '--backend', name, '--batch', options.batch])),
    ...(options.python === undefined
      ? []
      : ['nchw', 'nhwc'].map((layout) =>
          start(`PyTorch ${layout}`, options.python as string, [here('torchStep.py'), options.batch, layout]),
        )),
  ];
  const usable: Subject[] = [];
  for (const subject of subjects) {
    const { device, error } = await subject.ask(undefined);
    console.log(`${subject.name}: ${device ?? `not usable, ${error}`}`);
    if (device !== undefined) usable.push(subject);
  }
  const rounds = new Map<string, number[]>(usable.map(({ name }) => [name, []]));
  const cpu = new Map<string, number[]>(usable.map(({ name }) => [name, []]));
  for (let round = 0; round <= Number(options.rounds); round++) {
    for (const { name, ask } of usable) {
      const { times, cpuMs, error } = await ask(Number(options.steps));
      if (times === undefined || cpuMs === undefined) throw new InternalError(`${name}: ${error}`);
      if (round === 0) continue;
      rounds.get(name)?.push(perSecond(median(times)));
      cpu.get(name)?.push(perSecond(cpuMs / times.length));
    }
  }
  for (const subject of subjects) subject.process.stdin?.end();
  console.log(`\nimages a second, batch ${batch}: median of the rounds (least – most), a processor second`);
  for (const [name, speeds] of rounds) {
    const range = `${Math.min(...speeds).toFixed(0)} – ${Math.max(...speeds).toFixed(0)}`;
    const used = median(cpu.get(name) ?? []).toFixed(0);
    console.log(`${name.padEnd(14)} ${median(speeds).toFixed(0).padStart(5)}  (${range})  ${used}`);
  }
  return rounds;
}

/** How much faster each backend is than PyTorch, round by round: what a busy machine leaves of a comparison. */
function tellRatios(rounds: ReadonlyMap<string, readonly number[]>): void {
  const [ours, theirs] = [false, true].map((torch) =>
    [...rounds].filter(([name]) => name.startsWith('PyTorch') === torch),
  ) as [[string, readonly number[]][], [string, readonly number[]][]];
  for (const [name, speeds] of ours) {
    for (const [other, others] of theirs) {
      const ratios = speeds.map((speed, i) => speed / (others[i] as number));
      const range = `${Math.min(...ratios).toFixed(2)} – ${Math.max(...ratios).toFixed(2)}`;
      console.log(`${name} / ${other}: ${median(ratios).toFixed(2)} (${range})`);
    }
  }
}

/** Images a second that come ready for a step: shuffled, cropped, mirrored, normalised. */
async function inputSpeed(): Promise<number> {
  const data = makeSynthetic({ seed: 1 });
  const count = usefulWorkers(data.train);
  const workers = count === 0 ? undefined : openBatchWorkers(count);
  const speeds: number[] = [];
  for (let epoch = 0; epoch < 4; epoch++) {
    const begun = performance.now();
    const rng = rngFromSeed(1).fork(`epoch ${epoch}`);
    const batches = trainBatches({ ...data, workers }, data.train, {
      batchSize: batch,
      augmentation: 'crop-flip',
      rng,
    });
    for await (const { images } of batches) if (images.length === 0) throw new InternalError('no images');
    speeds.push((data.train.count * 1000) / (performance.now() - begun));
  }
  await workers?.close();
  return median(speeds.slice(1));
}

/** Milliseconds of one prune of ResNet-20. */
async function pruneMs(): Promise<number> {
  const backend = await chooseBackend('auto');
  const resolved = { dataset: 'synthetic', data: null, backend: backend.name };
  const settings = resolveSettings({ model: 'resnet20', preset: 'asfp-cifar10' }, resolved);
  const shape = { height: 32, width: 32, channels: 3, classes: 10 };
  const model = buildModel('resnet20', shape, rngFromSeed(1));
  const plan = await planPruning(model, settings);
  const times: number[] = [];
  for (let epoch = 1; epoch <= 9; epoch++) {
    const begun = performance.now();
    const rng = rngFromSeed(epoch);
    await pruneDuring(plan, settings, { epoch, before: {}, saliency: undefined, rng });
    times.push(performance.now() - begun);
  }
  model.dispose();
  return median(times);
}

async function tellMemory(backend: string): Promise<void> {
  const worker = start(backend, process.execPath, [...node, '--memory', '--backend', backend]);
  worker.process.stdin?.end();
  const told: string[] = [];
  for (let epoch = 1; epoch <= 10; epoch++) {
    const { tensors, rss, error } = await worker.ask(undefined);
    if (tensors === undefined || rss === undefined) {
      console.log(`memory on ${backend}: ${error}`);
      return;
    }
    if (epoch === 2 || epoch === 10) {
      told.push(`after epoch ${epoch} ${tensors} tensors, ${(rss / 2 ** 20).toFixed(0)} MiB resident`);
    }
  }
  console.log(`memory on ${backend}: ${told.join('; ')}`);
}

console.log(`Node ${process.version}, ${new Date().toISOString()}`);
const rounds = await race();
tellRatios(rounds);
const fastest = Math.max(
  ...[...rounds].filter(([name]) => !name.startsWith('PyTorch')).map(([, s]) => median(s)),
);
const input = await inputSpeed();
console.log(
  `input alone: ${input.toFixed(0)} images a second, ${(input / fastest).toFixed(1)} times the training`,
);
const prune = await pruneMs();
const epochMs = (50_000 * 1000) / fastest;
console.log(
  `a prune: ${prune.toFixed(1)} ms, ${((100 * prune) / epochMs).toFixed(3)} % of an epoch of 50,000 images`,
);
for (const backend of options.backends.split(',')) if (rounds.has(backend)) await tellMemory(backend);
