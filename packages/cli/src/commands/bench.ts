// Knows the command `asfp bench`.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { writeOnnx } from '@asfp/compactor';
import { AsfpError, describeError, type LatencyReport, type LatencySubject } from '@asfp/core';
import {
  type BaselineComparison,
  compareWithBaseline,
  type LabEngine,
  measureLatency,
  parseBaseline,
  runToRun,
  type Subject,
} from '@asfp/demo/lab';
import { renderReport } from '@asfp/demo/report';
import { type ModelOnDisk, makeFolders } from '@asfp/trainer/files';
import { type Command, defineCommand } from '../command.ts';
import { jsonText, writeRunFile } from '../files/runFolder.ts';
import { openGraph } from '../openGraph.ts';
import { oracleAnswers } from '../oracleAnswers.ts';
import { textTable } from '../terminal/table.ts';

const graphEngines: readonly LabEngine[] = ['compiled', 'tfjs-wasm', 'tfjs-webgl', 'tfjs-webgpu', 'ort-wasm'];

const HEAD = [
  ...['model', 'engine', 'median', '95 %', 'p95', 'runs'],
  ...['download', 'compile', 'first run', 'largest error'],
];

/** The share of the cores that others may keep busy before it is worth a word. */
const mostBusy = 0.1;

/** Ours, and what a page has without it. */
const DEFAULT_ENGINES = 'compiled,tfjs-wasm';

/** Measures models in a real browser. */
export const bench: Command = defineCommand({
  name: 'bench',
  summary:
    'Latency of models in a headless browser: the same page, interleaved, outputs read back in every run.',
  words: [{ name: 'MODEL', summary: 'a model.json, or the folder of one; several are compared', many: true }],
  options: {
    engine: {
      type: 'text',
      hint: 'A,B',
      summary: `of ${graphEngines.join(', ')} (onnxruntime-web, to compare with); a LayersModel runs on tfjs-layers-wasm`,
      otherwise: DEFAULT_ENGINES,
    },
    batch: { type: 'number', summary: 'pictures in one run', otherwise: '1' },
    seconds: { type: 'number', summary: 'time for all runs together', otherwise: '20' },
    threads: { type: 'number', summary: 'threads of compiled and of tfjs-wasm', otherwise: '1' },
    browser: {
      type: 'text',
      hint: 'PATH',
      summary: 'the browser to drive: a Chromium or a Firefox, or `firefox` for the one that is installed',
      otherwise: 'the Chromium on this machine',
    },
    baseline: {
      type: 'text',
      hint: 'FILE',
      summary: `a latency-report.json of earlier, of the same machine: exit code 1 where a median is slower by more than ${100 * runToRun} % beyond chance`,
      otherwise: 'none',
    },
    out: {
      type: 'text',
      hint: 'DIR',
      summary: 'where latency-report.json and report.html go',
      otherwise: 'nowhere',
    },
  },
  run: async ({ options, words, terminal, signal }) => {
    const engines = (options.engine ?? DEFAULT_ENGINES).split(',').map((name) => engineOf(name.trim()));
    const { baseline: file } = options;
    // Read first: who mistyped its name should not have to wait for it.
    const baseline = file === undefined ? undefined : parseBaseline(await readText(file), file);
    const models = await Promise.all(words.map((path) => openGraph(path)));
    const batch = options.batch ?? 1;
    terminal.log('computing what must come out');
    const oracle = oracleAnswers(
      models.map(({ graph }) => graph),
      batch,
    );
    const folder = await mkdtemp(join(tmpdir(), 'asfp-bench-'));
    try {
      const subjects: Subject[] = [];
      for (const [i, { source, graph }] of models.entries()) {
        await layOut(source, join(folder, String(i)));
        const answer = 'answers' in oracle ? { answer: [oracle.answers[i] ?? []] } : {};
        const common = { model: nameOf(source, models), batch, ...answer };
        const isGraph = source.format === 'graph-model';
        for (const engine of isGraph ? engines : (['tfjs-layers-wasm'] as const)) {
          if (engine === 'ort-wasm') {
            await writeFile(join(folder, String(i), 'model.onnx'), writeOnnx(graph));
            subjects.push({ ...common, engine, path: `${i}/model.onnx`, format: 'onnx' });
          } else {
            subjects.push({
              ...common,
              engine,
              path: `${i}/model.json`,
              format: isGraph ? 'graph' : 'layers',
            });
          }
        }
      }
      const report = await measureLatency({
        subjects,
        folder,
        browser: options.browser,
        budgetMs: (options.seconds ?? 20) * 1000,
        threads: options.threads ?? 1,
        ...('answers' in oracle
          ? { reference: { inputs: [oracle.input], outputs: [oracle.answers[0] ?? []] } }
          : {}),
        signal,
        onProgress: terminal.log,
      });
      if (options.out !== undefined) {
        await writeRunFile(options.out, 'latency-report.json', jsonText(report));
        await writeRunFile(options.out, 'report.html', renderReport({ latencyReport: report }));
      }
      const compared = baseline && compareWithBaseline(report, baseline, file ?? '');
      const notes =
        'reason' in oracle
          ? [`Compared with the first model that ran, not with the oracle: ${oracle.reason}`]
          : [];
      const lines = [
        latencyText(report),
        ...notes,
        ...(compared ? ['', baselineText(compared, file ?? '')] : []),
      ];
      terminal.result(lines.join('\n'), compared ? { ...report, baseline: compared } : report);
      const ran = report.subjects.filter(({ error }) => error === undefined);
      // An engine that nobody named may not know an op, as long as another one ran the model.
      const enough =
        options.engine === undefined
          ? subjects.every((subject) => ran.some(({ model }) => model === subject.model))
          : ran.length === subjects.length;
      return enough && (compared?.passed ?? true);
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
    ...coldPhases(subject),
    subject.maxAbsError === null ? '' : subject.maxAbsError.toExponential(1),
  ]);
  const ratios = report.comparisons.map(
    ({ a, b, ratio, ratioCi }) =>
      `${b} is ${ratio.toFixed(2)}× as fast as ${a} (${ratioCi[0].toFixed(2)} – ${ratioCi[1].toFixed(2)})`,
  );
  const failures = report.subjects.flatMap(({ model, engine, error }) =>
    error === undefined ? [] : [`${model}@${engine} failed: ${error}`],
  );
  const software =
    report.environment.softwareGl || report.environment.softwareWebgpu
      ? ['The CPU computes what WebGL or WebGPU is told here: such figures say nothing about a GPU']
      : [];
  const unsteady = report.subjects.some(({ steady }) => steady === false)
    ? ['The time was over before all intervals were narrow: --seconds gives it more']
    : [];
  const { busyBefore = 0 } = report.environment;
  const busy =
    busyBefore > mostBusy
      ? [`Others kept ${Math.round(100 * busyBefore)} % of the cores busy: measure on a quiet machine`]
      : [];
  return [textTable([HEAD, ...rows]), '', ...ratios, ...software, ...unsteady, ...busy, ...failures].join(
    '\n',
  );
}

/** Milliseconds from the address to the first answer: the download, all that compiles, and the first run. */
function coldPhases({ loadMs, downloadMs, firstRunMs }: LatencySubject): string[] {
  const ms = (value: number | null): string => (value === null ? '' : value.toPrecision(3));
  const download = downloadMs ?? null;
  return [
    ms(download),
    ms(download === null || loadMs === null ? loadMs : loadMs - download),
    ms(firstRunMs),
  ];
}

function baselineText({ changes, fresh, broken }: BaselineComparison, file: string): string {
  const rows = changes.map(({ name, ratio, ratioCi, verdict }) => [
    name,
    `${ratio.toFixed(2)}×`,
    `${ratioCi[0].toFixed(2)} – ${ratioCi[1].toFixed(2)}`,
    verdict,
  ]);
  return [
    textTable([[`against ${file}`, 'time', '95 %', ''], ...rows]),
    ...broken.map((name) => `${name} ran then and fails now`),
    ...fresh.map((name) => `${name} is not in the baseline`),
  ].join('\n');
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new AsfpError(
      { code: 'file-missing', where: file, expected: 'a file that can be read', found: describeError(cause) },
      { cause },
    );
  }
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
function nameOf(model: ModelOnDisk, all: readonly { readonly source: ModelOnDisk }[]): string {
  const short = basename(dirname(model.file)) || model.file;
  const same = all.filter(({ source }) => basename(dirname(source.file)) === short);
  return same.length > 1 ? model.file : short;
}

async function layOut(model: ModelOnDisk, folder: string): Promise<void> {
  await makeFolders(folder);
  await writeFile(join(folder, 'model.json'), JSON.stringify(model.json));
  for (const [path, bytes] of model.shards) {
    await makeFolders(dirname(join(folder, path)));
    await writeFile(join(folder, path), bytes);
  }
}
