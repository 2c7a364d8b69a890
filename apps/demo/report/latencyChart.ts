// Knows the picture of latency: every sample of every subject in a strip, its median and the median's interval.
import { type LatencyReport, type LatencySubject, quantile } from '@asfp/core';
import { figure, missingFigure } from './figure.ts';
import { type Content, element, html, type Markup } from './html.ts';
import { difference, inWords, onSoftwareGl, type Pairing, pairings } from './latencyFacts.ts';
import { exact, interval, ms, msInterval, notMeasured, power } from './numbers.ts';
import type { ReportParts } from './reportParts.ts';
import { chart, dots, label, line, rect } from './svg.ts';
import { ticks } from './ticks.ts';

const title = 'Latency';
const headingHeight = 26;
const noteHeight = 17;
const rowHeight = 52;
/** Room for a line that counts the samples beyond the axis. */
const tailHeight = 14;
const axisHeight = 26;

/** Subjects that were measured in one page and share an axis. */
interface Panel {
  readonly name: string;
  readonly subjects: readonly LatencySubject[];
  readonly softwareGl: boolean;
}

/** One figure for each kind of engine, since only what ran in the same page may be compared. */
export function latencyCharts({ latencyReport }: ReportParts): Markup[] {
  if (latencyReport === undefined || latencyReport.subjects.length === 0) return [missingFigure(title)];
  return panelsOf(latencyReport).map((panel) => panelFigure(panel, latencyReport));
}

function panelsOf(report: LatencyReport): Panel[] {
  const panels = new Map<string, LatencySubject[]>();
  for (const subject of report.subjects) {
    const name = kindOf(subject.engine);
    panels.set(name, [...(panels.get(name) ?? []), subject]);
  }
  return [...panels].map(([name, subjects]) => ({
    name,
    subjects,
    softwareGl: subjects.some((subject) => onSoftwareGl(report, subject)),
  }));
}

function kindOf(engine: string): string {
  if (engine.includes('webgl')) return 'WebGL';
  if (engine.includes('webgpu')) return 'WebGPU';
  return engine.includes('wasm') || engine === 'compiled' ? 'WebAssembly' : engine;
}

/** Pairs that differ in model and engine at once say little, but for the one that users run today. */
function changesOneThing(a: LatencySubject, b: LatencySubject): boolean {
  const today = [a, b].some(({ engine }) => engine === 'tfjs-layers-wasm');
  return today || a.model === b.model || a.engine === b.engine;
}

function panelFigure(panel: Panel, report: LatencyReport): Markup {
  const { name, subjects, softwareGl } = panel;
  const heading = softwareGl
    ? `Latency on ${name} ${name === 'WebGPU' ? 'computed by the CPU' : 'drawn by the CPU (software GL)'}`
    : `Latency on ${name}`;
  // What pruning changed stands above what converting changed.
  const comparisons = pairings(report)
    .filter(({ a, b }) => subjects.includes(a) && subjects.includes(b) && changesOneThing(a, b))
    .sort((one, other) => Number(other.b.model === 'compact') - Number(one.b.model === 'compact'));
  const failed = subjects.filter(({ error, p50Ms }) => error !== undefined || p50Ms === null);
  return figure({
    title: heading,
    note: softwareGl
      ? 'No GPU took part: these figures say nothing about a GPU and are compared with nothing else.'
      : 'Milliseconds for one run, output read back. Dots: all runs. Bar: median, with its 95 % interval.',
    chart: drawing(subjects, name),
    below: [
      failed.map(
        ({ model, engine, error }) =>
          html`<p class="note alarm">${model} on ${engine} was ${notMeasured}: ${error ?? 'no run was timed'}</p>`,
      ),
      comparisons.length === 0
        ? undefined
        : html`<ul class="plain">${comparisons.map((pair) => html`<li>${inClause(pair)}</li>\n`)}</ul>`,
    ],
    table: {
      caption: heading,
      columns: [
        'Model',
        'Engine',
        'Engine that ran',
        'Threads',
        'Batch',
        'Load',
        'First run',
        'Median',
        '95 % interval',
        '95th percentile',
        'Mean',
        'Runs',
        'Largest error',
      ],
      words: [1, 2],
      rows: subjects.map(row),
    },
  });
}

/** What a comparison says: `2.1× faster: compact …, against dense … (95 % interval …)`. */
function inClause(pair: Pairing): Content {
  const { words, range } = difference(pair, 3);
  return html`<b>${words.charAt(0).toUpperCase() + words.slice(1)}</b>: ${inWords(pair.b)} against ${inWords(pair.a)} <span class="quiet">(95 % interval of the factor ${range})</span>`;
}

function row(subject: LatencySubject): Content[] {
  const time = (value: number | null): string => (value === null ? notMeasured : ms(value));
  return [
    subject.model,
    subject.engine,
    subject.engineUsed ?? 'none: it failed',
    subject.threads,
    subject.batch,
    time(subject.loadMs),
    time(subject.firstRunMs),
    time(subject.p50Ms),
    subject.ciMs === null ? notMeasured : msInterval(subject.ciMs),
    time(subject.p95Ms),
    time(subject.meanMs),
    exact(subject.samplesMs.length),
    subject.maxAbsError === null ? notMeasured : power(subject.maxAbsError),
  ];
}

function drawing(subjects: readonly LatencySubject[], name: string): Markup {
  const rest = Math.max(
    ...subjects.map(({ samplesMs }) => (samplesMs.length === 0 ? 0 : quantile(samplesMs, 0.95))),
  );
  const steps = ticks(0, rest * 1.05 || 1, 5);
  const high = steps.at(-1) ?? 1;
  const parts: Markup[] = [];
  const tops: number[] = [];
  let y = 0;
  let engine = '';
  for (const subject of subjects) {
    if (subject.engine !== engine) {
      engine = subject.engine;
      const [heading, note] = engineName(engine);
      y += y === 0 ? 0 : 10;
      parts.push(label(0, y + 15, heading, { class: 'strong' }));
      y += headingHeight;
      if (note !== '') {
        parts.push(label(0, y + 6, note, { class: 'quiet' }));
        y += noteHeight;
      }
    }
    parts.push(strip(subject, y, high));
    tops.push(y);
    y += rowHeight + (beyondOf(subject, high) > 0 ? tailHeight : 0);
  }
  const height = y + axisHeight;
  return chart(
    height,
    `Latency on ${name}: ${subjects.map((subject) => `${subject.model} on ${subject.engine} ${subject.p50Ms === null ? notMeasured : `median ${ms(subject.p50Ms)}`}`).join('; ')}.`,
    steps.map((step, i) => [
      tops.map((top) =>
        line(step / high, top + 22, step / high, top + 46, { class: i === 0 ? 'axis' : 'grid' }),
      ),
      line(step / high, y, step / high, y + 4, { class: 'axis' }),
      label(step / high, y + 18, i === steps.length - 1 ? `${exact(step)} ms` : exact(step), {
        class: 'quiet',
        'text-anchor': i === 0 ? 'start' : i === steps.length - 1 ? 'end' : 'middle',
      }),
    ]),
    line(0, y, 1, y, { class: 'axis' }),
    parts,
  );
}

function engineName(engine: string): readonly [string, string] {
  if (engine === 'tfjs-layers-wasm') return ['tf.loadLayersModel on wasm', 'as users run it today'];
  return [engine, ''];
}

function strip(subject: LatencySubject, y: number, high: number): Markup {
  const { model, batch, samplesMs, p50Ms, ciMs } = subject;
  const kind = model === 'compact' ? 'compact' : 'dense';
  const short = model.length > 24 ? `…${model.slice(-23)}` : model;
  const name = batch === 1 ? short : `${short}, batch ${batch}`;
  const middle = y + 34;
  if (p50Ms === null) {
    return element('g', {}, [
      label(0, y + 16, name, { class: `halo ${kind}-ink` }),
      label(1, y + 16, notMeasured, { class: 'halo alarm', 'text-anchor': 'end' }),
    ]);
  }
  const shown = samplesMs.filter((sample) => sample <= high);
  const beyond = beyondOf(subject, high);
  const spread =
    ciMs === null ? '' : ` ${element('tspan', { class: 'quiet' }, `(${interval(ciMs)})`).markup}`;
  return element('g', {}, [
    label(0, y + 16, name, { class: `halo ${kind}-ink` }),
    label(1, y + 16, [element('tspan', { class: 'strong' }, ms(p50Ms)), { markup: spread }], {
      class: 'halo',
      'text-anchor': 'end',
    }),
    // A golden-ratio sequence spreads neighbours up and down without chance.
    dots(
      shown.map((sample, i) => [sample / high, middle + (((i * 0.618034) % 1) - 0.5) * 14]),
      y + rowHeight,
      { class: `${kind}-dots` },
    ),
    ciMs === null
      ? undefined
      : rect(ciMs[0] / high, middle - 10, (ciMs[1] - ciMs[0]) / high, 20, { class: `${kind}-interval` }),
    line(p50Ms / high, middle - 10, p50Ms / high, middle + 10, { class: `${kind}-median` }),
    beyond === 0
      ? undefined
      : label(1, y + rowHeight + 6, `${beyond} more, up to ${ms(Math.max(...samplesMs))} →`, {
          class: 'halo quiet small',
          'text-anchor': 'end',
        }),
  ]);
}

function beyondOf({ samplesMs }: LatencySubject, high: number): number {
  return samplesMs.filter((sample) => sample > high).length;
}
