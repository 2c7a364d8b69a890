// Knows what the lab measures in a real Chromium: a tiny network with an answer worked out by hand.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LatencyReport, LatencySubject } from '@asfp/core';
import { rngFromSeed } from '@asfp/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { groupsOf, measureLatency, type Subject } from './measureLatency.ts';
import { tinyAnswer, tinyInputSize, writeTinyGraph, writeTinyLayers } from './tinyModels.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'asfp-lab-'));
  writeTinyGraph(folder, 'dense-graph');
  writeTinyGraph(folder, 'compact');
  writeTinyLayers(folder, 'dense');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const subject = (model: string, path: string, engine: Subject['engine'], batch = 2): Subject => ({
  model,
  path: `${path}/model.json`,
  format: engine === 'tfjs-layers-wasm' ? 'layers' : 'graph',
  engine,
  batch,
});

const rng = rngFromSeed(5);
const input = Array.from({ length: 2 * tinyInputSize }, () => rng.normal());
const reference = { inputs: [input], outputs: [tinyAnswer(input)] };

/**
 * Sums of at most 27 products of float32, then a softmax: relative rounding stays below 64 units in the last place.
 * WebGL computes in the same precision, but its exp may be off by a few units more.
 */
const TOLERANCE = 64 * 2 ** -24;

const found = (report: LatencyReport, name: string): LatencySubject => {
  const one = report.subjects.find(({ model, engine }) => `${model}@${engine}` === name);
  if (!one) throw new Error(`${name} is not in the report`);
  return one;
};

test('three ways on wasm, one on WebGL and one on WebGPU run where they should and answer what the loops answer', async () => {
  const report = await measureLatency({
    folder,
    budgetMs: 1500,
    reference,
    subjects: [
      subject('dense', 'dense', 'tfjs-layers-wasm'),
      subject('dense', 'dense-graph', 'tfjs-wasm'),
      subject('compact', 'compact', 'tfjs-wasm'),
      subject('compact', 'compact', 'tfjs-webgl'),
      subject('compact', 'compact', 'tfjs-webgpu'),
    ],
  });
  expect(report.format).toBe('asfp.latency-report/1');
  expect(report.environment).toMatchObject({ crossOriginIsolated: true });
  expect(report.environment.userAgent).toContain('Chrome/');
  expect(report.environment.clockResolutionMs).toBeLessThan(0.1);
  expect(report.environment.webglRenderer).toEqual(expect.any(String));
  expect(report.environment.webgpuAdapter).toEqual(expect.any(String));
  expect(report.subjects.map(({ model, engine }) => `${model}@${engine}`)).toEqual([
    'dense@tfjs-layers-wasm',
    'dense@tfjs-wasm',
    'compact@tfjs-wasm',
    'compact@tfjs-webgl',
    'compact@tfjs-webgpu',
  ]);
  for (const one of report.subjects) {
    expect(one.error).toBeUndefined();
    expect(one.engineUsed).toBe(one.engine);
    expect(one.threads).toBeGreaterThanOrEqual(1);
    expect(one.batch).toBe(2);
    expect(one.maxAbsError).toBeLessThan(TOLERANCE);
    expect(one.samplesMs.length).toBeGreaterThanOrEqual(5);
    expect(Math.min(...one.samplesMs)).toBeGreaterThan(0);
    const [low, high] = one.ciMs ?? [Number.NaN, Number.NaN];
    expect(low).toBeLessThanOrEqual(one.p50Ms ?? Number.NaN);
    expect(one.p50Ms).toBeLessThanOrEqual(high);
    expect(one.p95Ms).toBeGreaterThanOrEqual(one.p50Ms ?? Number.NaN);
    expect(one.loadMs).toBeGreaterThan(0);
    expect(one.firstRunMs).toBeGreaterThan(0);
  }
  // Each with each on wasm; WebGL stands alone.
  expect(report.comparisons.map(({ a, b }) => `${a} ${b}`)).toEqual([
    'dense@tfjs-layers-wasm dense@tfjs-wasm',
    'dense@tfjs-layers-wasm compact@tfjs-wasm',
    'dense@tfjs-wasm compact@tfjs-wasm',
  ]);
});

test('a broken subject gets its error, in words, and the others go on', async () => {
  writeTinyGraph(folder, 'short');
  truncateSync(join(folder, 'short/weights.bin'), 200);
  writeTinyGraph(folder, 'changed');
  writeFileSync(join(folder, 'changed/weights.bin'), new Uint8Array(408));
  writeTinyGraph(folder, 'spectral', { extraOp: 'RFFT' });
  const report = await measureLatency({
    folder,
    budgetMs: 500,
    subjects: [
      subject('short', 'short', 'tfjs-wasm'),
      subject('changed', 'changed', 'tfjs-wasm'),
      subject('spectral', 'spectral', 'tfjs-wasm'),
      subject('missing', 'missing', 'tfjs-wasm'),
      subject('layers', 'dense', 'tfjs-wasm'),
      { model: 'onnx', path: 'changed/weights.bin', format: 'onnx', engine: 'ort-wasm' },
      subject('whole', 'compact', 'tfjs-wasm', 3),
    ],
  });
  const error = (name: string): string => {
    const one = found(report, `${name}@tfjs-wasm`);
    expect(one).toMatchObject({ engineUsed: null, p50Ms: null, ciMs: null, samplesMs: [] });
    return (one.error ?? '').replace(/http:\/\/127\.0\.0\.1:\d+\//, '');
  };
  expect(error('short')).toBe(
    'run/short/weights.bin: expected 408 bytes, found 200 bytes. The file was cut short or belongs to another model.json: copy both again from the same run',
  );
  expect(error('changed')).toContain('run/changed/weights.bin: expected SHA-256');
  expect(error('spectral')).toContain('found RFFT (kernel FFT)');
  expect(error('missing')).toContain('run/missing/model.json: expected a file, found status 404');
  expect(error('layers')).toContain('expected a tfjs GraphModel, found a LayersModel. Convert it first');
  expect(found(report, 'onnx@ort-wasm').error).toMatch(/protobuf/i);
  // The only subject that runs is the reference.
  expect(found(report, 'whole@tfjs-wasm')).toMatchObject({
    engineUsed: 'tfjs-wasm',
    maxAbsError: 0,
    batch: 3,
  });
  expect(report.comparisons).toEqual([]);
});

test('an abort closes the browser and rejects with the signal’s reason', async () => {
  const stop = new AbortController();
  const reason = new Error('Ctrl-C');
  const measuring = measureLatency({
    folder,
    budgetMs: 60_000,
    subjects: [subject('compact', 'compact', 'tfjs-wasm')],
    signal: stop.signal,
    onProgress: (text) => {
      if (text.startsWith('measuring')) setTimeout(() => stop.abort(reason), 300);
    },
  });
  await expect(measuring).rejects.toBe(reason);
});

test('a browser that is none is named', async () => {
  await expect(
    measureLatency({ folder, budgetMs: 1, subjects: [], browser: join(folder, 'no-browser') }),
  ).rejects.toThrow(`${join(folder, 'no-browser')}: expected a Chromium that starts`);
});

test('subjects of one backend share a page', () => {
  const groups = groupsOf([
    subject('a', 'a', 'tfjs-webgl'),
    subject('b', 'b', 'tfjs-wasm'),
    subject('c', 'c', 'tfjs-layers-wasm'),
    subject('d', 'd', 'tfjs-webgl'),
  ]);
  expect(groups.map((group) => group.map(({ model }) => model))).toEqual([
    ['a', 'd'],
    ['b', 'c'],
  ]);
});
