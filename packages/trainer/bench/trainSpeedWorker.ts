// Runs a training for trainSpeed.ts, in a process of its own: a number on stdin is how many steps to make, the answer their times.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendName } from '../src/backend/backendNames.ts';
import { train } from '../src/train.ts';

const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: 'auto' },
    batch: { type: 'string', default: '128' },
    /** Trains ten short epochs instead and tells the memory after each. */
    memory: { type: 'boolean', default: false },
  },
});
const out = mkdtempSync(join(tmpdir(), 'asfp-bench-'));
const stop = new AbortController();
const orders = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
let [left, last, cpu] = [0, 0, process.cpuUsage()];
let times: number[] = [];

function say(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

/** Waits for the next number of steps; without one the run is over. */
async function takeOrder(): Promise<void> {
  const { value, done } = await orders.next();
  if (done === true) stop.abort();
  left = Number(value);
  times = [];
  cpu = process.cpuUsage();
  last = performance.now();
}

async function afterStep(): Promise<void> {
  const now = performance.now();
  times.push(now - last);
  last = now;
  if (--left > 0) return;
  const { user, system } = process.cpuUsage(cpu);
  say({ times, cpuMs: (user + system) / 1000 });
  await takeOrder();
}

const common = { dataset: 'synthetic', backend: values.backend as BackendName } as const;
try {
  if (values.memory) {
    await train(
      { ...common, model: 'resnet8', limit: 512, epochs: 10 },
      {
        out,
        onEvent: (event) => {
          if (event.type !== 'epoch') return;
          globalThis.gc?.();
          say({ epoch: event.epoch, tensors: tf.memory().numTensors, rss: process.memoryUsage().rss });
        },
      },
    );
  } else {
    await train(
      { ...common, model: 'resnet20', preset: 'asfp-cifar10', batchSize: Number(values.batch) },
      {
        out,
        signal: stop.signal,
        onEvent: async (event) => {
          if (event.type === 'start') {
            say({ device: `${event.backend}, ${event.device}` });
            await takeOrder();
          } else if (event.type === 'step') await afterStep();
        },
      },
    );
  }
} catch (error) {
  if (!stop.signal.aborted) say({ error: error instanceof Error ? error.message : String(error) });
} finally {
  rmSync(out, { recursive: true });
}
