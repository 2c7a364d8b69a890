// Knows how the bench's report reads in Markdown: where it was measured, the goals, the dense networks, and what pruning saves.
import type { LatencyEnvironment, LatencySubject } from '@asfp/core';
import { median, quantile } from '@asfp/core';
import type { PageSize } from '@asfp/demo/lab';
import {
  aheadOfRivals,
  errorFaults,
  type Figure,
  goalsOf,
  macsSaved,
  ranSubject,
  relativeError,
  savingKept,
  timeRatio,
} from './benchFigures.ts';
import { benchNets } from './benchNets.ts';
import type { BenchReport, PartRecord } from './benchReport.ts';
import { markdownTable } from './markdownTable.ts';

/** The tables, and what is wrong with the outputs that the times belong to. */
export interface BenchTables {
  readonly markdown: string;
  readonly faults: readonly string[];
}

/** Everything that the report's parts tell; empty tables are left out. */
export function benchTables(report: BenchReport): BenchTables {
  const entries = Object.entries(report.parts).sort(([, a], [, b]) => placeOf(a) - placeOf(b));
  const records = entries.map(([, record]) => record);
  const dense = records.filter(({ part }) => part.coupling === null);
  const pruned = records.filter(({ part }) => part.coupling !== null);
  const sections = [
    environmentLine(records),
    section('Goals', goalRows(records)),
    section('Dense networks', dense.flatMap(denseRows), DENSE_HEAD),
    section('What pruning saves', pruned.map(prunedRow), PRUNED_HEAD),
  ];
  return {
    markdown: sections.filter((text) => text !== '').join('\n\n'),
    faults: entries.flatMap(([key, record]) => errorFaults(key, record)),
  };
}

/** Networks in their order, of each what was pruned alone before what was grouped, small rates first. */
function placeOf({ part }: PartRecord): number {
  const net = Object.keys(benchNets).indexOf(part.net);
  return net * 10 + (part.coupling === 'grouped' ? 5 : 0) + part.rate;
}

const GOAL_HEAD = ['figure', 'to reach', 'measured (95 %)', 'reached'];
const DENSE_HEAD = [
  ...['network', 'MACs', 'engine', 'p50 ms', 'p95 ms', 'p95/p50', 'runs'],
  ...['compiled is … as fast (95 %)', 'largest error'],
];
const PRUNED_HEAD = [
  ...[
    'network',
    'filters chosen',
    'rate',
    'MACs',
    'MACs saved',
    'compiled p50 ms',
    'p95 ms',
    'dense / pruned (95 %)',
  ],
  ...[
    'time saved / MACs saved (95 %)',
    'the same, tfjs-wasm',
    'the same, ort-wasm',
    'compiled against the faster rival',
  ],
];

function goalRows(records: readonly PartRecord[]): string[][] {
  return goalsOf(records).map(({ what, target, found, reached }) => [
    what,
    target,
    shown(found),
    reached ? 'yes' : 'no',
  ]);
}

function denseRows(record: PartRecord): string[][] {
  const { part, macs, latency, native } = record;
  const start = (engine: string): string[] => [part.net, millions(macs.dense), engine];
  const rows = latency.subjects.map((subject) => {
    if (subject.p50Ms === null) return [...start(subject.engine), 'failed', '', '', '', '', ''];
    const ahead = timeRatio(record, `dense@${subject.engine}`, 'dense@compiled');
    const error = relativeError(record, 'dense', subject.maxAbsError);
    return [...start(subject.engine), ...times(subject), shown(ahead), shownError(error)];
  });
  const natives = native
    .filter(({ samplesMs }) => samplesMs.length > 0)
    .map(({ samplesMs, maxAbsError }) => [
      ...start('native'),
      ...times({ samplesMs, p50Ms: median(samplesMs), p95Ms: quantile(samplesMs, 0.95) }),
      '',
      shownError(relativeError(record, 'dense', maxAbsError)),
    ]);
  return [...rows, ...natives];
}

function times({ p50Ms, p95Ms, samplesMs }: Pick<LatencySubject, 'p50Ms' | 'p95Ms' | 'samplesMs'>): string[] {
  const [p50, p95] = [p50Ms ?? Number.NaN, p95Ms ?? Number.NaN];
  return [p50.toPrecision(3), p95.toPrecision(3), (p95 / p50).toFixed(2), String(samplesMs.length)];
}

function prunedRow(record: PartRecord): string[] {
  const { part, macs } = record;
  const ours = ranSubject(record, 'pruned', 'compiled');
  const ahead = aheadOfRivals(record, 'pruned');
  return [
    part.net,
    part.coupling ?? '',
    String(part.rate),
    millions(macs.pruned ?? 0),
    `${(100 * macsSaved(record)).toFixed(1)} %`,
    ours?.p50Ms?.toPrecision(3) ?? 'failed',
    ours?.p95Ms?.toPrecision(3) ?? '',
    shown(timeRatio(record, 'dense@compiled', 'pruned@compiled')),
    ...['compiled', 'tfjs-wasm', 'ort-wasm'].map((engine) => shown(savingKept(record, engine))),
    shown(ahead),
  ];
}

/** Where and when; figures of several places say so by listing them all. */
function environmentLine(records: readonly PartRecord[]): string {
  if (records.length === 0) return '';
  const all = records.map(({ latency }) => latency.environment);
  const each = (of: (environment: LatencyEnvironment) => string): string =>
    [...new Set(all.map(of))].join('; ');
  const busy = Math.max(...all.map(({ busyBefore }) => busyBefore ?? 0));
  const commands = [...new Set(records.map(({ command }) => `\`${command}\``))].join(', ');
  const unsteady = records
    .flatMap(({ latency }) => latency.subjects)
    .filter(({ steady }) => steady === false).length;
  return [
    `Measured in ${each(({ userAgent }) => /(?:Headless)?Chrome\/[\d.]+/.exec(userAgent)?.[0] ?? userAgent)}`,
    `on ${each(({ cpu }) => cpu ?? 'a processor without a name')} (${each(({ cores }) => `${cores} cores`)})`,
    `one thread${all.every(({ crossOriginIsolated }) => crossOriginIsolated) ? ', cross-origin isolated' : ''}`,
    `clock step ${each(({ clockResolutionMs }) => `${clockResolutionMs.toPrecision(2)} ms`)}`,
    `others kept at most ${(100 * busy).toFixed(0)} % of the cores busy just before a page`,
    `${each(({ date }) => date.slice(0, 10))}, with ${commands}.`,
    ...(unsteady === 0 ? [] : [`Of ${unsteady} subjects the time ran out before all intervals were narrow.`]),
  ]
    .join(', ')
    .replace('., Of', '. Of');
}

function section(title: string, rows: readonly string[][], head: readonly string[] = GOAL_HEAD): string {
  if (rows.length === 0) return '';
  return `### ${title}\n\n${markdownTable(head, rows)}`;
}

/** What a page with our engine ships, in a sentence. */
export function sizeLine({ files, bytes }: Pick<PageSize, 'files' | 'bytes'>): string {
  const kilobytes = (count: number): string => `${(count / 1000).toFixed(2)} kB`;
  const wasm = files.filter(({ name }) => name.endsWith('.wasm')).reduce((sum, one) => sum + one.bytes, 0);
  return `A page that opens a model on the compiled engine alone (\`openCompiled\`, built by Vite) loads ${kilobytes(bytes)}, gzipped: ${kilobytes(bytes - wasm)} of JavaScript and ${kilobytes(wasm)} of WebAssembly.`;
}

function shown(figure: Figure | undefined): string {
  if (figure === undefined) return '';
  const { value, low, high } = figure;
  return low === high ? value.toFixed(2) : `${value.toFixed(2)} (${low.toFixed(2)} – ${high.toFixed(2)})`;
}

function shownError(error: number | null): string {
  return error === null ? '' : error.toExponential(1);
}

function millions(macs: number): string {
  return `${(macs / 1e6).toPrecision(4)} M`;
}
