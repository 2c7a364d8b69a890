// Knows the command `asfp bench`.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { AsfpError, type LatencyReport } from '@asfp/core';
import { type LabEngine, measureLatency, type Subject } from '@asfp/demo/lab';
import { renderReport } from '@asfp/demo/report';
import { type ModelOnDisk, makeFolders, readModelFiles } from '@asfp/trainer/files';
import { type Command, defineCommand } from '../command.ts';
import { jsonText, writeRunFile } from '../files/runFolder.ts';
import { textTable } from '../terminal/table.ts';

const graphEngines: readonly LabEngine[] = ['compiled', 'tfjs-wasm', 'tfjs-webgl'];

/** Measures models in a real browser. */
export const bench: Command = defineCommand({
  name: 'bench',
  summary:
    'Latency of models in a headless Chromium: the same page, interleaved, outputs read back in every run.',
  words: [{ name: 'MODEL', summary: 'a model.json, or the folder of one; several are compared', many: true }],
  options: {
    engine: {
      type: 'text',
      hint: 'A,B',
      summary: `of ${graphEngines.join(', ')}; a LayersModel runs on tfjs-layers-wasm`,
      otherwise: 'tfjs-wasm',
    },
    batch: { type: 'number', summary: 'pictures in one run', otherwise: '1' },
    seconds: { type: 'number', summary: 'time for all runs together', otherwise: '20' },
    threads: { type: 'number', summary: 'threads of compiled and of tfjs-wasm', otherwise: '1' },
    browser: {
      type: 'text',
      hint: 'PATH',
      summary: 'the Chromium to drive',
      otherwise: 'the one on this machine',
    },
    out: {
      type: 'text',
      hint: 'DIR',
      summary: 'where latency-report.json and report.html go',
      otherwise: 'nowhere',
    },
  },
  run: async ({ options, words, terminal, signal }) => {
    const engines = (options.engine ?? 'tfjs-wasm').split(',').map((name) => engineOf(name.trim()));
    const models = await Promise.all(words.map((path) => readModelFiles(path)));
    const folder = await mkdtemp(join(tmpdir(), 'asfp-bench-'));
    try {
      const subjects: Subject[] = [];
      for (const [i, model] of models.entries()) {
        await layOut(model, join(folder, String(i)));
        const isGraph = model.format === 'graph-model';
        for (const engine of isGraph ? engines : (['tfjs-layers-wasm'] as const)) {
          const format = isGraph ? 'graph' : 'layers';
          subjects.push({
            model: nameOf(model, models),
            path: `${i}/model.json`,
            format,
            engine,
            batch: options.batch ?? 1,
          });
        }
      }
      const report = await measureLatency({
        subjects,
        folder,
        browserPath: options.browser,
        budgetMs: (options.seconds ?? 20) * 1000,
        threads: options.threads ?? 1,
        signal,
        onProgress: terminal.log,
      });
      if (options.out !== undefined) {
        await writeRunFile(options.out, 'latency-report.json', jsonText(report));
        await writeRunFile(options.out, 'report.html', renderReport({ latencyReport: report }));
      }
      terminal.result(latencyText(report), report);
      return report.subjects.every((subject) => subject.error === undefined);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});

/** A latency report as a table, failures with their reasons below it. */
export function latencyText(report: LatencyReport): string {
  const ms = (value: number | null): string => (value === null ? 'failed' : `${value.toPrecision(3)} ms`);
  const rows = report.subjects.map((subject) => [
    subject.model,
    subject.engine,
    ms(subject.p50Ms),
    subject.ciMs === null ? '' : `${subject.ciMs[0].toPrecision(3)} – ${subject.ciMs[1].toPrecision(3)}`,
    ms(subject.p95Ms),
    String(subject.samplesMs.length),
  ]);
  const ratios = report.comparisons.map(
    ({ a, b, ratio, ratioCi }) =>
      `${b} is ${ratio.toFixed(2)}× as fast as ${a} (${ratioCi[0].toFixed(2)} – ${ratioCi[1].toFixed(2)})`,
  );
  const failures = report.subjects.flatMap(({ model, engine, error }) =>
    error === undefined ? [] : [`${model}@${engine} failed: ${error}`],
  );
  const software = report.environment.softwareGl
    ? ['WebGL is drawn by the CPU here: its figures say nothing about a GPU']
    : [];
  return [
    textTable([['model', 'engine', 'median', '95 %', 'p95', 'runs'], ...rows]),
    '',
    ...ratios,
    ...software,
    ...failures,
  ].join('\n');
}

function engineOf(name: string): LabEngine {
  const found = graphEngines.find((engine) => engine === name);
  if (found !== undefined) return found;
  throw new AsfpError({
    code: 'usage',
    where: '--engine',
    expected: `some of ${graphEngines.join(', ')}`,
    found: JSON.stringify(name),
  });
}

/** A short name, longer where two models share it. */
function nameOf(model: ModelOnDisk, all: readonly ModelOnDisk[]): string {
  const short = basename(dirname(model.file)) || model.file;
  return all.filter((other) => basename(dirname(other.file)) === short).length > 1 ? model.file : short;
}

async function layOut(model: ModelOnDisk, folder: string): Promise<void> {
  await makeFolders(folder);
  await writeFile(join(folder, 'model.json'), JSON.stringify(model.json));
  for (const [path, bytes] of model.shards) {
    await makeFolders(dirname(join(folder, path)));
    await writeFile(join(folder, path), bytes);
  }
}
