// Knows what counts as slower than before, on samples that are made up.
import { type LatencyReport, type LatencySubject, rngFromSeed } from '@asfp/core';
import { expect, test } from 'vitest';
import { compareWithBaseline, parseBaseline } from './compareWithBaseline.ts';

const rng = rngFromSeed(7);
/** Log-normal times around a median, a few of them disturbed. */
const times = (middle: number, count = 60): number[] =>
  Array.from({ length: count }, () => middle * Math.exp(0.1 * rng.normal()) * (rng.next() < 0.05 ? 3 : 1));

const subject = (name: string, samplesMs: readonly number[], error?: string): LatencySubject => {
  const [model = '', engine = ''] = name.split('@');
  return {
    ...{ model, engine, engineUsed: error === undefined ? engine : null, threads: 1, batch: 1 },
    ...{ loadMs: 1, firstRunMs: 1, samplesMs, p50Ms: 1, p95Ms: 1, meanMs: 1, ciMs: null, maxAbsError: 0 },
    ...(error === undefined ? {} : { error }),
  };
};

const report = (
  subjects: readonly LatencySubject[],
  over: Partial<LatencyReport['environment']> = {},
): LatencyReport => ({
  format: 'asfp.latency-report/1',
  environment: {
    ...{ userAgent: 'Chrome/1', cores: 2, crossOriginIsolated: true, clockResolutionMs: 0.005 },
    ...{ webglRenderer: null, softwareGl: false, cpu: 'A', date: '2026-01-01T00:00:00.000Z', ...over },
  },
  subjects,
  comparisons: [],
});

const verdicts = (now: readonly LatencySubject[], then: readonly LatencySubject[]): string[] =>
  compareWithBaseline(report(now), report(then), 'base.json').changes.map(({ verdict }) => verdict);

test('slower and faster beyond noise are told from the same', () => {
  const then = ['a', 'b', 'c'].map((name) => subject(`${name}@compiled`, times(2)));
  const now = [
    subject('a@compiled', times(2.6)),
    subject('b@compiled', times(1.5)),
    subject('c@compiled', times(2.04)),
  ];
  expect(verdicts(now, then)).toEqual(['slower', 'faster', 'same']);
  const { passed, changes } = compareWithBaseline(report(now), report(then), 'base.json');
  expect(passed).toBe(false);
  expect(changes[0]?.ratio).toBeGreaterThan(1.2);
  expect(changes[0]?.ratioCi[0]).toBeLessThan(changes[0]?.ratio ?? 0);
});

test('the same measured again is hardly ever called slower', () => {
  let called = 0;
  for (let trial = 0; trial < 100; trial++) {
    // Two runs of the same, each 2 % off for a reason of its own.
    const off = (): number => Math.exp(0.02 * rng.normal());
    const [then, now] = [times(2 * off(), 30), times(2 * off(), 30)];
    if (verdicts([subject('a@compiled', now)], [subject('a@compiled', then)])[0] !== 'same') called++;
  }
  expect(called).toBeLessThanOrEqual(5);
});

test('what is new is said, what broke fails, a run without common subjects is refused', () => {
  const then = report([subject('a@compiled', times(1)), subject('b@compiled', times(1))]);
  const now = report([
    subject('a@compiled', [], 'no memory'),
    subject('b@compiled', times(1)),
    subject('c@compiled', times(1)),
  ]);
  expect(compareWithBaseline(now, then, 'base.json')).toMatchObject({
    fresh: ['c@compiled'],
    broken: ['a@compiled'],
    passed: false,
  });
  expect(() => compareWithBaseline(report([subject('d@compiled', [1])]), then, 'base.json')).toThrow(
    'base.json: expected times of d@compiled, found a@compiled, b@compiled',
  );
});

test('times of another place are refused; software GL is never compared with a GPU', () => {
  const one = [subject('a@compiled', times(1))];
  expect(() => compareWithBaseline(report(one), report(one, { cpu: 'B' }), 'base.json')).toThrow(
    'base.json: expected times from here: A, found B. Times of two places cannot be compared',
  );
  const gl = [subject('a@tfjs-webgl', times(1))];
  const software = report(gl, { softwareGl: true, webglRenderer: 'SwiftShader' });
  const hardware = report(gl, { webglRenderer: 'A GPU' });
  expect(() => compareWithBaseline(software, hardware, 'base.json')).toThrow(
    'expected times from here: software GL SwiftShader, found GL A GPU',
  );
  // Without a subject on GL the driver does not matter.
  expect(compareWithBaseline(report(one), report(one, { webglRenderer: 'A GPU' }), 'x').passed).toBe(true);
});

test('a file that is no report is refused', () => {
  const whole = report([subject('a@compiled', [1, 2])]);
  expect(parseBaseline(JSON.stringify(whole), 'x')).toEqual(whole);
  const refusal =
    (text: string): (() => unknown) =>
    () =>
      parseBaseline(text, 'base.json');
  expect(refusal('{')).toThrow(
    'base.json: expected a latency-report.json of `asfp bench --out`, found a text',
  );
  expect(refusal('null')).toThrow('found format null');
  expect(refusal('{"format":"asfp.bench/1"}')).toThrow('found format "asfp.bench/1"');
  expect(refusal('{"format":"asfp.latency-report/1","subjects":[]}')).toThrow('without its environment');
  expect(refusal(JSON.stringify(whole).replace('[1,2]', '["1"]'))).toThrow('or its samples');
});
