// The whole way on a small scale: one command makes a run folder with every file of it, and the report opens offline.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runCli } from '@asfp/cli';
import { type CompactReport, type EndEvent, type LatencyReport, parseEvents } from '@asfp/core';
import { launchBrowser } from '@asfp/demo/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder = '';
let code = -1;
let result = '';
let log = '';

beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'asfp-pipeline-')), 'run');
  const argv =
    'pipeline --dataset synthetic --model resnet8 --epochs 2 --limit 240 --eval-limit 60 --bench-seconds 4 --json';
  const streams = {
    out: { write: (text: string) => (result += text) },
    err: { write: (text: string) => (log += text) },
  };
  code = await runCli([...argv.split(' '), '--out', folder], streams, new AbortController().signal);
}, 240_000);

afterAll(() => rm(join(folder, '..'), { recursive: true, force: true }));

const json = async <T>(name: string): Promise<T> =>
  JSON.parse(await readFile(join(folder, name), 'utf8')) as T;

test('the run folder holds every file of the contract, and nothing half-written', async () => {
  expect({ code, log: code === 0 ? '' : log }).toEqual({ code: 0, log: '' });
  expect((await readdir(folder)).sort()).toEqual([
    'checkpoint',
    'compact',
    'compact-report.json',
    'dense',
    'dense-graph',
    'events.jsonl',
    'latency-report.json',
    'pictures.json',
    'report.html',
    'settings.json',
  ]);
  for (const model of ['dense', 'dense-graph', 'compact']) {
    expect((await readdir(join(folder, model))).sort()).toEqual(['model.json', 'weights.bin']);
  }
});

test('the compact model answers every test picture as the masked one does', async () => {
  const report = await json<CompactReport>('compact-report.json');
  expect(report.proof).toMatchObject({ passed: true, argmaxAgreement: 1, inputs: 2009 });
  expect(report.proof.maxRelError).toBeLessThan(1e-4);
  // 92 of the 250 filters are zeroed at rate 0.4: 6 of 16, 12 of 32 and 25 of 64 in each convolution.
  const removed = report.layers.reduce((sum, layer) => sum + layer.filtersBefore - layer.filtersAfter, 0);
  expect(removed).toBeGreaterThanOrEqual(92);
  expect(1 - report.after.macs / report.before.macs).toBeGreaterThan(0.5);
  const events = parseEvents(await readFile(join(folder, 'events.jsonl'), 'utf8'));
  expect(events.map((event) => event.type)).toEqual(['start', 'epoch', 'epoch', 'end']);
  const end = events.at(-1) as EndEvent;
  expect(end.testImages).toBe(2000);
  expect((JSON.parse(result) as { accuracyCompact: number }).accuracyCompact).toBe(end.accuracy);
});

test('each engine that was asked for ran, and gave the oracle’s numbers', async () => {
  const { subjects, environment } = await json<LatencyReport>('latency-report.json');
  expect(subjects.map(({ model, engine, engineUsed }) => `${model} ${engine} ${engineUsed}`)).toEqual([
    'dense tfjs-layers-wasm tfjs-layers-wasm',
    'dense tfjs-wasm tfjs-wasm',
    'compact tfjs-wasm tfjs-wasm',
    'dense compiled compiled',
    'compact compiled compiled',
    'dense tfjs-webgl tfjs-webgl',
    'compact tfjs-webgl tfjs-webgl',
  ]);
  for (const subject of subjects) {
    expect(subject.error).toBeUndefined();
    expect(subject.samplesMs.length).toBeGreaterThan(2);
    expect(subject.maxAbsError).toBeLessThan(1e-3);
  }
  expect(environment.crossOriginIsolated).toBe(true);
});

test('the report opens from disk, without network, scripts or complaints, on a phone too', async () => {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:') && !request.url().startsWith('data:'))
        complaints.push(request.url());
    });
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);
    expect(await page.title()).toContain('resnet8');
    expect(await page.locator('h1').textContent()).toMatch(/fewer multiply-adds/);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
  }
});
