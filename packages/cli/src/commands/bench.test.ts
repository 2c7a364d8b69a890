// Knows what `asfp bench` says and returns: times beside the oracle's answer, and beside those of an earlier run.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LatencyReport, parseGraph, writeGraphModel } from '@asfp/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeModel } from '../files/writeModel.ts';
import { oracleAnswers } from '../oracleAnswers.ts';
import { runCli } from '../runCli.ts';

const graph = parseGraph(`graph "tiny"
x = input dtype="float32" shape=[null,8,8,3]
k = const float32[3,3,3,4] seed=1
c = conv2d(x, k) activation="relu" pad="same" strides=[1,1]
y = mean(c) axes=[1,2] keepDims=false
output "y" = y
`);

let folder = '';
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'asfp-bench-test-'));
  await writeModel(at('tiny'), writeGraphModel(graph), { macs: 0, params: 0, bytes: 0 });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function bench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  const streams = {
    out: { write: (text: string) => (stdout += text) },
    err: { write: (text: string) => (stderr += text) },
  };
  const argv = ['bench', at('tiny'), '--seconds', '0.4', ...args];
  const code = await runCli(argv, streams, new AbortController().signal);
  return { code, stdout, stderr };
}

/** The report with all its samples multiplied. */
function scaled(report: LatencyReport, factor: number): LatencyReport {
  const subjects = report.subjects.map((one) => ({
    ...one,
    samplesMs: one.samplesMs.map((ms) => factor * ms),
  }));
  return { ...report, subjects };
}

test('every engine is held against the oracle; a run that is slower than the baseline fails', async () => {
  const first = await bench('--engine', 'compiled,ort-wasm', '--out', at('out'));
  expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('tiny@ort-wasm')]);
  const report = JSON.parse(readFileSync(at('out/latency-report.json'), 'utf8')) as LatencyReport;
  // Sums of 27 products and of 64 pixels, of values around 1: a few units in the last place.
  expect(
    report.subjects.map(({ engineUsed, maxAbsError }) => [engineUsed, (maxAbsError ?? 1) < 1e-5]),
  ).toEqual([
    ['compiled', true],
    ['ort-wasm', true],
  ]);
  expect(report.subjects.map(({ maxAbsError }) => maxAbsError)).not.toEqual([0, 0]);

  // Ten times as fast then, and ten times as slow.
  writeFileSync(at('fast.json'), JSON.stringify(scaled(report, 0.1)));
  writeFileSync(at('slow.json'), JSON.stringify(scaled(report, 10)));
  const regressed = await bench('--engine', 'compiled', '--baseline', at('fast.json'));
  expect([regressed.code, regressed.stdout]).toEqual([
    1,
    expect.stringMatching(/tiny@compiled +\S+ +\S+ – \S+ +slower/),
  ]);
  const improved = await bench('--engine', 'compiled', '--baseline', at('slow.json'));
  expect([improved.code, improved.stdout]).toEqual([0, expect.stringMatching(/tiny@compiled .* faster/)]);
});

test('without names ours runs beside tfjs, and one of them is enough; an engine that is named must run', async () => {
  const both = await bench();
  expect([both.code, both.stdout]).toEqual([
    0,
    expect.stringMatching(/tiny +compiled[\s\S]*tiny +tfjs-wasm/),
  ]);
  const power = parseGraph(`graph "power"
x = input dtype="float32" shape=[null,4]
e = const float32[1] values=[2]
y = binary(x, e) fn="pow"
output "y" = y
`);
  await writeModel(at('power'), writeGraphModel(power), { macs: 0, params: 0, bytes: 0 });
  const run = (...args: string[]): ReturnType<typeof bench> => bench(at('power'), ...args);
  const [some, named] = [await run(), await run('--engine', 'compiled')];
  expect([some.code, some.stdout]).toEqual([
    0,
    expect.stringContaining('power@compiled failed: y: expected an op'),
  ]);
  expect([named.code, named.stdout]).toEqual([1, expect.stringContaining('power@compiled failed')]);
});

test('a baseline that is none is refused before anything is measured', async () => {
  const missing = await bench('--baseline', at('nothing.json'));
  expect([missing.code, missing.stderr]).toEqual([
    1,
    expect.stringContaining('nothing.json: expected a file'),
  ]);
  writeFileSync(at('other.json'), '{"format":"asfp.bench/1"}');
  const other = await bench('--baseline', at('other.json'));
  expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('found format "asfp.bench/1"')]);
  expect(other.stderr).not.toContain('measuring');
});

test('where the oracle cannot answer, it is said why', () => {
  const wide = parseGraph(`graph "wide"
x = input dtype="float32" shape=[null,8,8,2]
y = mean(x) axes=[1,2] keepDims=false
output "y" = y
`);
  expect(oracleAnswers([graph, wide], 1)).toEqual({ reason: 'the models take inputs of different shapes' });
  const open = parseGraph(`graph "open"
x = input dtype="float32" shape=[null,null,null,3]
y = mean(x) axes=[1,2] keepDims=false
output "y" = y
`);
  expect(oracleAnswers([open], 1)).toEqual({
    reason: expect.stringContaining('expected a known size of everything but the batch'),
  });
  const odd = parseGraph(`graph "odd"
x = input dtype="float32" shape=[null,3]
y = opaque(x) attr={} kind="RFFT"
output "y" = y
`);
  expect(oracleAnswers([odd], 1)).toEqual({ reason: 'a model has an op that the oracle does not know' });
});
