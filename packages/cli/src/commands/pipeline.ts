// Knows the command `asfp pipeline`: train, compact, verify, bench, report, in one run folder.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CompactReport,
  type LatencyReport,
  type Proof,
  parseEvents,
  type RunSettings,
  readModelCard,
  runGraph,
} from '@asfp/core';
import { measureLatency, type Subject } from '@asfp/demo/lab';
import { type ReportPicture, renderReport, resultSentence } from '@asfp/demo/report';
import {
  type BackendRequest,
  type Dataset,
  type DatasetName,
  loadDataset,
  testImages,
  train,
} from '@asfp/trainer';
import { type Command, defineCommand } from '../command.ts';
import { type CompactedModel, compactModel } from '../compactModel.ts';
import { reportText } from '../files/reportText.ts';
import { jsonText, writeRunFile } from '../files/runFolder.ts';
import { writeModel } from '../files/writeModel.ts';
import { normalised, picturesFile } from '../pictures.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type Verification, verificationText, verifyModels } from '../verifyModels.ts';
import { latencyText } from './bench.ts';
import { compactSummary } from './compact.ts';
import { showTraining } from './showTraining.ts';
import { runFolderName, runOptionTable, trainOptions, trainOptionTable } from './trainOptions.ts';

/** Pictures that go into the run folder, for the demo and the report. */
const shownPictures = 60;

/** The whole way of one network. */
export const pipeline: Command = defineCommand({
  name: 'pipeline',
  summary:
    'Trains, removes the zeroed filters, proves that nothing changed, measures both in a browser, and reports.',
  words: [],
  options: {
    ...trainOptionTable,
    ...runOptionTable,
    'bench-seconds': { type: 'number', summary: 'time for all latency runs together', otherwise: '24' },
    browser: {
      type: 'text',
      hint: 'PATH',
      summary: 'the browser to drive, as in asfp bench',
      otherwise: 'the Chromium on this machine',
    },
  },
  run: async ({ options, terminal, signal }) => {
    const out = runFolderName(options.out, options.model, new Date());
    const at = (name: string): string => join(out, name);
    stage(terminal, 1, 'train', `into ${out}`);
    await train(trainOptions(options), {
      out,
      resume: options.resume,
      signal,
      note: terminal.log,
      tensorBoard: options.tensorboard,
      onEvent: showTraining(terminal),
    });
    const settings = JSON.parse(await readFile(at('settings.json'), 'utf8')) as RunSettings;
    const events = parseEvents(await readFile(at('events.jsonl'), 'utf8'));

    stage(terminal, 2, 'compact', 'remove the zeroed filters');
    const dense = await compactModel(at('dense'), { cut: false });
    await writeModel(at('dense-graph'), dense.written, dense.report.after);
    const smaller = await compactModel(at('dense'), { cut: true });
    await writeModel(at('compact'), smaller.written, smaller.report.after);
    terminal.log(compactSummary(smaller.report, at('compact')));
    signal.throwIfAborted();

    stage(terminal, 3, 'verify', 'dense and compact on every test picture');
    const dataset = await loadDataset({
      dataset: settings.dataset as DatasetName,
      data: settings.data ?? undefined,
      imageSize: settings.imageSize ?? undefined,
      seed: settings.seed,
      limit: settings.limit ?? undefined,
    });
    const verification = await verifyModels(at('dense'), at('compact'), {
      dataset,
      backend: settings.backend as BackendRequest,
      signal,
    });
    terminal.log(verificationText(verification));
    const compactReport: CompactReport = {
      ...smaller.report,
      proof: wholeProof(smaller.report.proof, verification),
    };
    await writeRunFile(out, 'compact-report.json', reportText(compactReport));
    await writeRunFile(
      out,
      'pictures.json',
      jsonText(picturesFile(dataset, await testImages(dataset, shownPictures))),
    );

    stage(terminal, 4, 'bench', 'both models in a real browser, interleaved');
    const latencyReport = await measure(out, smaller, dataset, options, terminal, signal);
    await writeRunFile(out, 'latency-report.json', jsonText(latencyReport));
    terminal.log(latencyText(latencyReport));

    stage(terminal, 5, 'report', at('report.html'));
    const card = readModelCard(smaller.graph.metadata);
    const pictures = await reportPictures(dataset, verification);
    const parts = { settings, events, compactReport, latencyReport, card, pictures };
    await writeRunFile(out, 'report.html', renderReport(parts));
    const accuracy = verification.pictures;
    terminal.result(`${resultSentence(parts)}\n${at('report.html')}`, {
      out,
      accuracyDense: accuracy?.accuracyA,
      accuracyCompact: accuracy?.accuracyB,
      compactReport,
      latencyReport,
    });
    return verification.passed && latencyReport.subjects.every((subject) => subject.error === undefined);
  },
});

function stage(terminal: Terminal, number: number, name: string, what: string): void {
  terminal.log(`\n[${number}/5] ${name}: ${what}`);
}

/** The first test pictures with both models' answers. */
async function reportPictures(dataset: Dataset, { pictures }: Verification): Promise<ReportPicture[]> {
  const { height, width, channels, labels } = dataset;
  const name = (position: number | undefined): string => labels[position ?? -1] ?? '';
  const shown = await testImages(dataset, pictures?.answersA.length ?? 0);
  return shown.map(({ pixels, label }, i) => ({
    image: { height, width, channels, pixels },
    label: name(label),
    dense: name(pictures?.answersA[i]),
    compact: name(pictures?.answersB[i]),
  }));
}

/** One proof of both: the inputs of both counted together, and the worst of their errors. */
function wholeProof(seeded: Proof, { pictures }: Verification): Proof {
  if (pictures === undefined) return seeded;
  return {
    ...seeded,
    inputs: seeded.inputs + pictures.inputs,
    maxAbsError: Math.max(seeded.maxAbsError, pictures.maxAbsError),
    maxRelError: Math.max(seeded.maxRelError, pictures.maxRelError),
    argmaxAgreement: Math.min(seeded.argmaxAgreement, pictures.argmaxAgreement),
    // The pictures ran in float32, whose rounding the oracle's own tolerance does not cover.
    tolerance: Math.max(seeded.tolerance, pictures.tolerance),
    passed: seeded.passed && pictures.passed,
  };
}

/** Latency of the dense network as users run it today, the same converted, and the compact one; outputs compared with the oracle's. */
async function measure(
  out: string,
  { graph }: CompactedModel,
  dataset: Dataset,
  options: { readonly 'bench-seconds': number | undefined; readonly browser: string | undefined },
  terminal: Terminal,
  signal: AbortSignal,
): Promise<LatencyReport> {
  const dense = { model: 'dense', path: 'dense-graph/model.json', format: 'graph' } as const;
  const compact = { model: 'compact', path: 'compact/model.json', format: 'graph' } as const;
  const subjects: readonly Subject[] = [
    { model: 'dense', path: 'dense/model.json', format: 'layers', engine: 'tfjs-layers-wasm' },
    { ...dense, engine: 'tfjs-wasm' },
    { ...compact, engine: 'tfjs-wasm' },
    { ...dense, engine: 'compiled' },
    { ...compact, engine: 'compiled' },
    { ...dense, engine: 'tfjs-webgl' },
    { ...compact, engine: 'tfjs-webgl' },
  ];
  const picture = await normalised(dataset, 0);
  const input = graph.nodes.find((node) => node.op === 'input')?.name ?? '';
  const shape = [1, dataset.height, dataset.width, dataset.channels];
  const outputs = [...runGraph(graph, { [input]: { shape, values: picture } }).values()].map(({ values }) => [
    ...values,
  ]);
  return measureLatency({
    subjects,
    folder: out,
    browser: options.browser,
    budgetMs: (options['bench-seconds'] ?? 24) * 1000,
    threads: 1,
    reference: { inputs: [[...picture]], outputs },
    signal,
    onProgress: terminal.log,
  });
}
