// What training promises and only the cut shows: the budget that was asked for, and a compact network that goes on learning.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '@asfp/cli';
import type { CompactReport, EndEvent, RunSettings } from '@asfp/core';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder = '';
let log = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'asfp-training-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a command to its end and gives its JSON; what it told on the way is in `log`. */
async function asfp(argv: string): Promise<unknown> {
  let result = '';
  log = '';
  const streams = {
    out: { write: (text: string) => (result += text) },
    err: { write: (text: string) => (log += text) },
  };
  const code = await runCli([...argv.split(' '), '--json'], streams, new AbortController().signal);
  expect({ code, log: code === 0 ? '' : log }).toEqual({ code: 0, log: '' });
  return JSON.parse(result);
}

const train = 'train --dataset synthetic --limit 48 --eval-limit 20 --backend wasm';

async function cut(run: string): Promise<CompactReport> {
  await asfp(`compact ${run}/dense --out ${run}/compact`);
  return JSON.parse(await readFile(join(run, 'compact/compact-report.json'), 'utf8')) as CompactReport;
}

test('the compact network keeps the budget, and costs what was predicted', async () => {
  const out = join(folder, 'budget');
  const { end } = (await asfp(
    `${train} --model resnet8 --epochs 1 --coupling grouped --target-macs 0.5 --out ${out}`,
  )) as { end: EndEvent };
  const { before, after } = await cut(out);
  expect(end.macs.dense).toBe(before.macs);
  expect(end.macs.pruned).toBeGreaterThan(0.43 * before.macs);
  expect(end.macs.pruned).toBeLessThanOrEqual(0.5 * before.macs);
  expect(after.macs).toBe(end.macs.pruned);
});

test('a compact network goes on learning, is pruned again, and is cut again', async () => {
  const [first, second] = [join(folder, 'first'), join(folder, 'second')];
  await asfp(`${train} --model resnet8 --epochs 1 --rate 0.4 --out ${first}`);
  const once = await cut(first);
  const again = (await asfp(`${train} --from ${first}/compact --epochs 2 --rate 0.2 --out ${second}`)) as {
    end: EndEvent;
  };
  expect(log).toContain(`momentum of 8 of 8 layers goes on from ${first}/checkpoint`);
  const settings = JSON.parse(await readFile(join(second, 'settings.json'), 'utf8')) as RunSettings;
  expect(settings).toMatchObject({
    model: 'resnet8',
    from: join(first, 'compact', 'model.json'),
    learningRate: 0.01,
  });
  expect(Number.isFinite(again.end.loss)).toBe(true);
  const twice = await cut(second);
  // What scatters channels is written as convolutions in a LayersModel, so only the cut tells what it costs.
  expect(twice.after.macs).toBeLessThan(0.85 * once.after.macs);
});
