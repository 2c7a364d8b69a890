// Measures our engine against the others, dense and pruned, in a headless Chromium: the tables of docs/performance.md.
// pnpm bench [--nets resnet20,resnet56] [--rates 0,0.3,0.4] [--coupling independent,grouped] [--engines compiled,ort-wasm] [--seconds 8] [--quick] [--prepare] [--docs]
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AsfpError, describeError } from '@asfp/core';
import { buildSite, siteStamp } from '@asfp/demo/lab';
import { benchNets, partKey, partsOf } from './benchNets.ts';
import { readBenchReport, withPart, writeBenchReport } from './benchReport.ts';
import { benchTables } from './benchTables.ts';
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
    docs: { type: 'boolean', default: false },
    report: { type: 'string', default: 'runs/bench/report.json' },
    browser: { type: 'string' },
  },
});

const list = (text: string): string[] => text.split(',').map((word) => word.trim());
const { quick } = values;
const parts = partsOf(
  list(values.nets ?? (quick ? 'resnet20' : Object.keys(benchNets).join(','))),
  list(values.rates ?? (quick ? '0,0.4' : '0,0.1,0.2,0.3,0.4,0.5')).map(Number),
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

removeOthers(cache, stamp);
for (const net of new Set(parts.map((part) => part.net))) {
  await prepareNet(
    prepared,
    net,
    parts.filter((part) => part.net === net),
    say,
  );
}
await buildSite();
let failed = 0;
if (!values.prepare) {
  let report = readBenchReport(values.report);
  const command = `pnpm bench ${process.argv.slice(2).join(' ')}`.trimEnd();
  for (const [i, part] of parts.entries()) {
    const key = partKey(part);
    say(`${i + 1}/${parts.length} ${key}`);
    try {
      const options = {
        root: prepared,
        engines,
        budgetMs,
        browserPath: values.browser,
        command,
        signal: stop.signal,
      };
      const record = await measurePart(part, options);
      for (const { model, engine, error } of record.latency.subjects)
        if (error !== undefined) problem(`${key} ${model}@${engine}: ${error}`);
      for (const { model, error } of record.native)
        if (error !== undefined) problem(`${key} ${model}@native: ${error}`);
      report = withPart(report, key, record);
      writeBenchReport(values.report, report);
    } catch (error) {
      if (stop.signal.aborted) throw error;
      problem(`${key}: ${describeError(error)}`);
    }
  }
  const tables = benchTables(report);
  for (const fault of tables.faults) problem(fault);
  if (values.docs) writeBetween(join(root, 'docs/performance.md'), 'bench', tables.markdown);
  process.stdout.write(`${tables.markdown}\n`);
}
process.exitCode = failed === 0 ? 0 : 1;

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
