// Knows how a part of the bench is measured: all its subjects in one page, and native beside it.
import { join } from 'node:path';
import { type LabEngine, measureLatency, type Subject } from '@asfp/demo/lab';
import { type BenchPart, benchNets, partKey } from './benchNets.ts';
import type { PartRecord } from './benchReport.ts';
import { type NativeSubject, nativeTimes } from './nativeTimes.ts';
import { readFacts } from './prepareNet.ts';

/** The engines of the bench, as they are asked for; `tfjs-layers` has the dense network alone, for it keeps zero filters. */
export const benchEngines: {
  readonly compiled: LabEngine;
  readonly 'tfjs-wasm': LabEngine;
  readonly 'tfjs-layers': LabEngine;
  readonly 'ort-wasm': LabEngine;
  readonly native: null;
} = {
  compiled: 'compiled',
  'tfjs-wasm': 'tfjs-wasm',
  'tfjs-layers': 'tfjs-layers-wasm',
  'ort-wasm': 'ort-wasm',
  native: null,
};

/** Name of an engine of the bench. */
export type BenchEngine = keyof typeof benchEngines;

/** What is told to `measurePart`. */
export interface PartOptions {
  /** The folder of all prepared networks. */
  readonly root: string;
  readonly engines: readonly BenchEngine[];
  /** Time for the page's rounds, milliseconds. */
  readonly budgetMs: number;
  readonly browser: string | undefined;
  readonly command: string;
  readonly signal: AbortSignal;
}

/** Measures one part, which must have been prepared; an engine that fails has its error in the record. */
export async function measurePart(part: BenchPart, options: PartOptions): Promise<PartRecord> {
  const { root, engines, budgetMs, signal, browser, command } = options;
  const { size } = benchNets[part.net];
  const densePart: BenchPart = { net: part.net, rate: 0, coupling: null };
  const dense = readFacts(root, densePart);
  const pruned = part.coupling === null ? null : readFacts(root, part);
  const models = [
    { model: 'dense', folder: partKey(densePart), facts: dense },
    ...(pruned === null ? [] : [{ model: 'pruned', folder: partKey(part), facts: pruned }]),
  ];
  const subjects = engines.flatMap((name) =>
    models.flatMap(({ model, folder, facts }): Subject[] => {
      const engine = benchEngines[name];
      if (engine === null || (engine === 'tfjs-layers-wasm' && pruned !== null)) return [];
      return [{ ...fileOf(engine, folder), model, engine, answer: [facts.answer] }];
    }),
  );
  const latency = await measureLatency({
    subjects,
    folder: root,
    browser,
    budgetMs,
    threads: 1,
    reference: { inputs: [dense.input], outputs: [dense.answer] },
    signal,
  });
  const natives = models.map(
    ({ model, folder, facts }): NativeSubject => ({
      ...{ model, file: join(root, folder, 'model.onnx') },
      ...{ input: facts.input, shape: [1, size, size, 3], answer: facts.answer },
    }),
  );
  return {
    part,
    macs: { dense: dense.macs, pruned: pruned?.macs ?? null },
    largest: { dense: largest(dense.answer), pruned: pruned && largest(pruned.answer) },
    latency,
    native: engines.includes('native') ? await nativeTimes(natives, Math.min(2000, budgetMs / 4)) : [],
    command,
  };
}

function fileOf(engine: LabEngine, folder: string): Pick<Subject, 'path' | 'format'> {
  if (engine === 'ort-wasm') return { path: `${folder}/model.onnx`, format: 'onnx' };
  if (engine === 'tfjs-layers-wasm') return { path: `${folder}/layers/model.json`, format: 'layers' };
  return { path: `${folder}/graph/model.json`, format: 'graph' };
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
