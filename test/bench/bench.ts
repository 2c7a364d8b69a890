// Measures our engine against the others, dense and pruned, in a headless Chromium: the tables of docs/performance.md.
// pnpm bench [--nets resnet20,resnet56] [--rates 0,0.3,0.4] [--coupling independent,grouped] [--engines compiled,ort-wasm] [--seconds 8] [--quick] [--prepare] [--tables] [--docs]
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AsfpError, describeError } from '@asfp/core';
import { buildSite, compiledPageSize, siteStamp } from '@asfp/demo/lab';
import { benchNets, partKey, partsOf } from './benchNets.ts';
import { readBenchReport, withPart, writeBenchReport } from './benchReport.ts';
import { benchTables, sizeLine } from './benchTables.ts';
import { type BenchEngine, benchEngines, measurePart } from './measurePart.ts';
import { prepareNet, removeOthers } from './prepareNet.ts';
import { writeBetween } from './writeBetween.ts';

/** What decides how a prepared network looks. */
const SOURCES = [
  ...['graph', 'modelfile', 'interpret', 'coupling', 'criteria', 'plan', 'tensor'].map(
    (floor) => `packages/core/src/${floor}`,
  ),
  ...['packages/compactor/src', 'packages/trainer/src/models'],
  ...['test/bench/benchNets.ts', 'test/bench/prepareNet.ts'],
];

const { values } = parseArgs({
  options: {
    nets: { type: 'string' },
    rates: { type: 'string' },
    coupling: { type: 'string' },
    engines: { type: 'string', default: Object.keys(benchEngines).join(',') },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    prepare: { type: 'boolean', default: false },
    tables: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    report: { type: 'string', default: 'runs/bench/report.json' },
    browser: { type: 'string' },
  },
});

const list = (text: string): string[] => text.split(',').map((word) => word.trim());
const { quick } = values;
const parts = partsOf(
  list(values.nets ?? (quick ? 'resnet20' : Object.keys(benchNets).join(','))),
  list(values.rates ?? (quick ? '0,0.4' : '0,0.4,0.3,0.5,0.2,0.1')).map(Number),
  list(values.coupling ?? (quick ? 'independent' : 'independent,grouped')),
);
const engines = list(values.engines).map(engineNamed);
const budgetMs = Number(values.seconds ?? (quick ? 2 : 8)) * 1000;
const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, '.cache/bench');
const stamp = siteStamp(root, SOURCES);
const prepared = join(cache, stamp);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('stopped; what was measured is in the report')));

let failed = 0;
if (!values.tables) {
  removeOthers(cache, stamp);
  for (const net of new Set(parts.map((part) => part.net))) {
    const own = parts.filter((part) => part.net === net);
    await prepareNet(prepared, net, own, say);
  }
  await buildSite();
  if (!values.prepare) await measureAll();
}
if (!values.prepare) {
  const { markdown, faults } = benchTables(readBenchReport(values.report));
  const size = sizeLine(await compiledPageSize());
  for (const fault of faults) problem(fault);
  process.stdout.write(`${markdown}\n\n${size}\n`);
  if (values.docs) {
    const document = join(root, 'docs/performance.md');
    writeBetween(document, 'bench', markdown);
    writeBetween(document, 'size', size);
    for (const name of ['kernels', 'layers']) {
      const part = join(root, `runs/bench/${name}.md`);
      if (existsSync(part)) writeBetween(document, name, readFileSync(part, 'utf8'));
    }
  }
}
process.exitCode = failed === 0 ? 0 : 1;

/** Part by part, each written down at once. */
async function measureAll(): Promise<void> {
  let report = readBenchReport(values.report);
  const command = `pnpm bench ${process.argv.slice(2).join(' ')}`.trimEnd();
  const options = { root: prepared, engines, budgetMs, browser: values.browser, command };
  for (const [i, part] of parts.entries()) {
    const key = partKey(part);
    say(`${i + 1}/${parts.length} ${key}`);
    try {
      const record = await measurePart(part, { ...options, signal: stop.signal });
      const all = [...record.latency.subjects, ...record.native.map((one) => ({ ...one, engine: 'native' }))];
      for (const { model, engine, error } of all)
        if (error !== undefined) problem(`${key} ${model}@${engine}: ${error}`);
      report = withPart(report, key, record);
      writeBenchReport(values.report, report);
    } catch (error) {
      if (stop.signal.aborted) throw error;
      problem(`${key}: ${describeError(error)}`);
    }
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function problem(text: string): void {
  failed++;
  say(`FAILED ${text}`);
}

function engineNamed(name: string): BenchEngine {
  if (Object.hasOwn(benchEngines, name)) return name as BenchEngine;
  throw new AsfpError({
    code: 'usage',
    where: '--engines',
    expected: `some of ${Object.keys(benchEngines).join(', ')}`,
    found: JSON.stringify(name),
  });
}
