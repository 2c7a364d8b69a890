// Knows the report of a few samples, by hand.
import type { LatencyEnvironment } from '@asfp/core';
import { expect, test } from 'vitest';
import { type RawSubject, toReport } from './toReport.ts';

const environment: LatencyEnvironment = {
  userAgent: 'test',
  cores: 2,
  crossOriginIsolated: true,
  clockResolutionMs: 0.005,
  webglRenderer: null,
  softwareGl: false,
  date: '2026-01-01T00:00:00.000Z',
};

const subject = (
  model: string,
  engine: string,
  samplesMs: readonly number[],
  error?: string,
): RawSubject => ({
  model,
  engine,
  engineUsed: engine,
  threads: 1,
  batch: 1,
  loadMs: 5,
  firstRunMs: 9,
  samplesMs,
  maxAbsError: 0,
  ...(error === undefined ? {} : { error }),
});

test('statistics of each subject, ratios within a group only', () => {
  const { subjects, comparisons, format } = toReport(
    [
      [subject('dense', 'tfjs-wasm', [6, 6, 6, 6, 16]), subject('compact', 'tfjs-wasm', [3, 3, 3, 3, 3])],
      [subject('dense', 'tfjs-webgl', [2, 2])],
    ],
    environment,
  );
  expect(format).toBe('asfp.latency-report/1');
  expect(subjects[0]).toMatchObject({ p50Ms: 6, meanMs: 8, samplesMs: [6, 6, 6, 6, 16] });
  expect(subjects[0]?.p95Ms).toBeCloseTo(14, 12);
  expect(subjects[1]).toMatchObject({ p50Ms: 3, p95Ms: 3, meanMs: 3, ciMs: [3, 3] });
  expect(comparisons.map(({ a, b, ratio }) => [a, b, ratio])).toEqual([
    ['dense@tfjs-wasm', 'compact@tfjs-wasm', 2],
  ]);
  const [low, high] = comparisons[0]?.ratioCi ?? [];
  expect(low).toBe(2);
  expect(high).toBeGreaterThanOrEqual(2);
});

test('a subject that failed has no figures and no part in a ratio', () => {
  const { subjects, comparisons } = toReport(
    [[subject('dense', 'tfjs-webgl', [1], 'software GL'), subject('compact', 'tfjs-webgl', [])]],
    environment,
  );
  expect(subjects.map((one) => [one.error, one.engineUsed, one.p50Ms, one.samplesMs])).toEqual([
    ['software GL', null, null, []],
    ['no run was timed', null, null, []],
  ]);
  expect(comparisons).toEqual([]);
});
