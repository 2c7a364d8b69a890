// Knows the figures and the tables of a small report, worked out by hand.
import { type LatencySubject, rngFromSeed } from '@asfp/core';
import { ratioOf } from '@asfp/edge-runtime';
import { expect, test } from 'vitest';
import { aheadOfRivals, errorFaults, goalsOf, savingKept } from './benchFigures.ts';
import type { BenchPart } from './benchNets.ts';
import { partsOf } from './benchNets.ts';
import type { PartRecord } from './benchReport.ts';
import { benchTables } from './benchTables.ts';
import { replaceBetween } from './writeBetween.ts';

const subject = (name: string, ms: number | string): LatencySubject => {
  const [model = '', engine = ''] = name.split('@');
  const failed = typeof ms === 'string';
  return {
    ...{ model, engine, engineUsed: failed ? null : engine, threads: 1, batch: 1, loadMs: 1, firstRunMs: 1 },
    ...{ samplesMs: failed ? [] : [ms, ms, ms], p50Ms: failed ? null : ms, p95Ms: failed ? null : ms },
    ...{ meanMs: null, ciMs: null, maxAbsError: failed ? null : 2e-6, ...(failed ? { error: ms } : {}) },
  };
};

function record(part: BenchPart, times: Readonly<Record<string, number | string>>): PartRecord {
  const subjects = Object.entries(times).map(([name, ms]) => subject(name, ms));
  const ran = subjects.filter(({ p50Ms }) => p50Ms !== null);
  const comparisons = ran.flatMap((a, i) =>
    ran.slice(i + 1).map((b) => ({
      a: `${a.model}@${a.engine}`,
      b: `${b.model}@${b.engine}`,
      ...ratioOf(a.samplesMs, b.samplesMs, rngFromSeed(1)),
    })),
  );
  return {
    part,
    macs: { dense: 40e6, pruned: part.coupling === null ? null : 20e6 },
    largest: { dense: 2, pruned: part.coupling === null ? null : 2 },
    latency: {
      format: 'asfp.latency-report/1',
      environment: {
        ...{ userAgent: 'Mozilla/5.0 HeadlessChrome/1.2 Safari', cores: 2, crossOriginIsolated: true },
        ...{
          clockResolutionMs: 0.005,
          webglRenderer: null,
          softwareGl: false,
          cpu: 'A CPU',
          busyBefore: 0.01,
        },
        date: '2026-01-01T00:00:00.000Z',
      },
      subjects,
      comparisons,
    },
    native: [{ model: 'dense', samplesMs: [0.5, 0.5], maxAbsError: 0 }],
    command: 'pnpm bench',
  };
}

const dense = record(
  { net: 'resnet20', rate: 0, coupling: null },
  { 'dense@compiled': 1, 'dense@tfjs-wasm': 3, 'dense@ort-wasm': 4, 'dense@tfjs-layers-wasm': 'no memory' },
);
const pruned = record(
  { net: 'resnet56', rate: 0.4, coupling: 'independent' },
  { 'dense@compiled': 8, 'pruned@compiled': 4.3, 'dense@tfjs-wasm': 20, 'pruned@tfjs-wasm': 16 },
);

test('the faster rival counts, and only where both ran', () => {
  expect(aheadOfRivals(dense, 'dense')).toMatchObject({ rival: 'tfjs-wasm', value: 3 });
  expect(aheadOfRivals(pruned, 'pruned')).toBeUndefined();
});

test('time saved over multiply-adds saved', () => {
  // 46.25 % of the time for 50 % of the multiply-adds; tfjs-wasm: 20 %.
  expect(savingKept(pruned, 'compiled')?.value).toBeCloseTo(0.925, 12);
  expect(savingKept(pruned, 'tfjs-wasm')?.value).toBeCloseTo(0.4, 12);
  expect(savingKept(pruned, 'ort-wasm')).toBeUndefined();
  expect(savingKept(dense, 'compiled')).toBeUndefined();
});

test('goals are judged by what was measured', () => {
  expect(goalsOf([dense, pruned]).map(({ what, target, reached }) => [what, target, reached])).toEqual([
    ['resnet20: compiled against the faster rival (tfjs-wasm)', '2.8 or more', true],
    ['resnet20: p95 over p50 of compiled', 'under 1.3', true],
    ['resnet56 at 0.4: time saved over multiply-adds saved', '0.9 or more', true],
  ]);
});

test('an output that is off, or was not compared, is a fault', () => {
  expect(errorFaults('a', dense)).toEqual([]);
  const off = { ...dense, native: [{ model: 'dense', samplesMs: [1], maxAbsError: 0.01 }] };
  expect(errorFaults('a', off)).toEqual([
    "a dense@native: expected the oracle's output within 0.0001, found 0.005",
  ]);
  const unread = { ...dense, native: [{ model: 'dense', samplesMs: [1], maxAbsError: Number.NaN }] };
  expect(errorFaults('a', unread)).toHaveLength(1);
});

test('the tables', () => {
  const { markdown } = benchTables({ format: 'asfp.bench/1', parts: { dense, pruned } });
  expect(markdown).toMatchInlineSnapshot(`
    "Measured in HeadlessChrome/1.2, on A CPU (2 cores), one thread, cross-origin isolated, clock step 0.0050 ms, others kept at most 1 % of the cores busy just before a page, 2026-01-01, with \`pnpm bench\`.

    ### Goals

    | figure | to reach | measured (95 %) | reached |
    | --- | --- | --- | --- |
    | resnet20: compiled against the faster rival (tfjs-wasm) | 2.8 or more | 3.00 | yes |
    | resnet20: p95 over p50 of compiled | under 1.3 | 1.00 | yes |
    | resnet56 at 0.4: time saved over multiply-adds saved | 0.9 or more | 0.93 | yes |

    ### Dense networks

    | network | MACs | engine | p50 ms | p95 ms | p95/p50 | runs | compiled is … as fast (95 %) | largest error |
    | --- | --- | --- | --- | --- | --- | --- | --- | --- |
    | resnet20 | 40.00 M | compiled | 1.00 | 1.00 | 1.00 | 3 |  | 1.0e-6 |
    | resnet20 | 40.00 M | tfjs-wasm | 3.00 | 3.00 | 1.00 | 3 | 3.00 | 1.0e-6 |
    | resnet20 | 40.00 M | ort-wasm | 4.00 | 4.00 | 1.00 | 3 | 4.00 | 1.0e-6 |
    | resnet20 | 40.00 M | tfjs-layers-wasm | failed |  |  |  |  |  |
    | resnet20 | 40.00 M | native | 0.500 | 0.500 | 1.00 | 2 |  | 0.0e+0 |

    ### What pruning saves

    | network | filters chosen | rate | MACs | MACs saved | compiled p50 ms | p95 ms | dense / pruned (95 %) | time saved / MACs saved (95 %) | the same, tfjs-wasm | the same, ort-wasm | compiled against the faster rival |
    | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
    | resnet56 | independent | 0.4 | 20.00 M | 50.0 % | 4.30 | 4.30 | 1.86 | 0.93 | 0.40 |  |  |"
  `);
  expect(benchTables({ format: 'asfp.bench/1', parts: {} }).markdown).toBe('');
});

test('a generated part takes the place of the last one, and needs its markers', () => {
  const text = 'before\n<!-- bench -->\nold\n<!-- /bench -->\nafter';
  expect(replaceBetween(text, 'bench', 'new\n', 'x.md')).toBe(
    'before\n<!-- bench -->\n\nnew\n\n<!-- /bench -->\nafter',
  );
  expect(() => replaceBetween(text, 'kernels', 'new', 'x.md')).toThrow('x.md: expected <!-- kernels -->');
});

test('parts by name; what is no name is refused', () => {
  expect(partsOf(['resnet20'], [0, 0.4], ['grouped'])).toEqual([
    { net: 'resnet20', rate: 0, coupling: null },
    { net: 'resnet20', rate: 0.4, coupling: 'grouped' },
  ]);
  expect(() => partsOf(['resnet21'], [0], [])).toThrow('--nets: expected some of resnet20');
  expect(() => partsOf(['resnet20'], [1], [])).toThrow('--rates');
  expect(() => partsOf(['resnet20'], [0], ['both'])).toThrow('--coupling');
});
