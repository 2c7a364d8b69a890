// Writes the table of docs/results.md from the folders of finished runs, and keeps their records beside it.
// pnpm results --runs DIR,DIR,… --data DIR
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type CompactReport, parseEvents, type RunSettings } from '@asfp/core';
import { evaluateModel } from '@asfp/trainer';
import { resultRow, resultTable } from './resultTable.ts';
import { writeBetween } from './writeBetween.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '' }, data: { type: 'string' } },
});
const docs = fileURLToPath(new URL('../../docs', import.meta.url));
const rows = [];
for (const run of values.runs.split(',').filter((name) => name !== '')) {
  const read = (file: string): string => readFileSync(join(run, file), 'utf8');
  const settings = JSON.parse(read('settings.json')) as RunSettings;
  const report = JSON.parse(read('compact/compact-report.json')) as CompactReport;
  const events = parseEvents(read('events.jsonl'));
  const { accuracy } = await evaluateModel({
    model: join(run, 'compact'),
    dataset: 'folder',
    data: values.data,
    backend: 'wasm',
  });
  const name = basename(run);
  rows.push(resultRow({ name, settings, report, events, accuracy }));
  // The record of the run, without the place where its images lay.
  const kept = join(docs, 'results', name);
  mkdirSync(kept, { recursive: true });
  const { data: _, ...shown } = settings;
  writeFileSync(join(kept, 'settings.json'), `${JSON.stringify(shown, null, 2)}\n`);
  copyFileSync(join(run, 'events.jsonl'), join(kept, 'events.jsonl'));
}
writeBetween(join(docs, 'results.md'), 'results', resultTable(rows));
