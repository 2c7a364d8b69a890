// Knows how subjects that share a page are opened, timed against each other and compared with a reference.
import { describeError, type HostTensor } from '@asfp/core';
import {
  compareLatency,
  now,
  type RawSubject,
  type Rival,
  readEnvironment,
  toReport,
} from '@asfp/edge-runtime';
import type { LabReference, LabRequest, LabResult, LabSubject } from './labApi.ts';
import { labInputs, maxAbsError } from './labNumbers.ts';
import { type LabFacts, type OpenSubject, openSubject, startSubject } from './openSubject.ts';

/** For so long each subject runs before it is timed: a browser goes on compiling what runs often. */
const WARM_UP_MS = 300;

/** A subject while it is measured. */
interface Trial {
  readonly subject: LabSubject;
  facts: LabFacts | null;
  open: OpenSubject | null;
  inputs: readonly HostTensor[];
  /** Outputs of the first and of the latest run: backends have been right once and wrong later. */
  first: readonly HostTensor[] | null;
  last: readonly HostTensor[] | null;
  loadMs: number | null;
  /** The part of `loadMs` until the last byte had come. */
  downloadMs: number | null;
  error: string | null;
}

/** Measures the subjects of one page; a subject that fails gets its error, the others go on. */
export async function measureGroup(request: LabRequest): Promise<LabResult> {
  const trials = request.subjects.map(
    (subject): Trial => ({
      subject,
      facts: null,
      open: null,
      inputs: [],
      first: null,
      last: null,
      loadMs: null,
      downloadMs: null,
      error: null,
    }),
  );
  try {
    for (const trial of trials) await attempt(trial, () => prepare(trial, request));
    const ready = trials.filter((trial) => trial.error === null);
    const comparison = await compareLatency(ready.map(rivalOf), {
      budgetMs: request.budgetMs,
      warmUpMs: WARM_UP_MS,
    });
    ready.forEach((trial, i) => {
      trial.error = comparison.rivals[i]?.error ?? null;
    });
    const steady = comparison.stoppedBy === 'interval';
    const reference = request.reference ?? referenceFrom(trials);
    const raw = trials.map((trial): RawSubject => {
      const at = ready.indexOf(trial);
      const times = at === -1 ? undefined : comparison.rivals[at];
      const raw = rawSubject(trial, times?.firstRunMs ?? null, times?.samplesMs ?? [], reference);
      return { ...raw, steady };
    });
    const facts = trials.flatMap((trial) => trial.facts ?? []);
    return { report: toReport([raw], readEnvironment(facts)), reference };
  } finally {
    for (const trial of trials) await trial.open?.dispose();
  }
}

async function prepare(trial: Trial, { threads, reference, seed }: LabRequest): Promise<void> {
  const { subject } = trial;
  trial.facts = await startSubject(subject.engine, threads);
  const begun = now();
  let downloaded = begun;
  const open = await openSubject(subject, () => {
    downloaded = now();
  });
  trial.open = open;
  trial.loadMs = now() - begun;
  trial.downloadMs = downloaded - begun;
  trial.inputs = labInputs(open.inputs, subject.batch, reference?.inputs ?? null, seed);
}

function rivalOf(trial: Trial): Rival {
  return {
    name: `${trial.subject.model}@${trial.subject.engine}`,
    run: async () => {
      trial.last = (await trial.open?.run(trial.inputs)) ?? null;
      trial.first ??= trial.last;
      waitBusily(trial.subject.delayMs ?? 0);
    },
  };
}

/** Timers are too coarse for parts of a millisecond. */
function waitBusily(ms: number): void {
  const start = now();
  while (now() - start < ms);
}

function referenceFrom(trials: readonly Trial[]): LabReference | null {
  const first = trials.find((trial) => trial.error === null && trial.first);
  const plain = (list: readonly HostTensor[]): number[][] => list.map(({ values }) => Array.from(values));
  return first?.first ? { inputs: plain(first.inputs), outputs: plain(first.first) } : null;
}

function rawSubject(
  trial: Trial,
  firstRunMs: number | null,
  samplesMs: readonly number[],
  reference: LabReference | null,
): RawSubject {
  const { subject, facts } = trial;
  let error = trial.error;
  let difference: number | null = null;
  try {
    const runs = [trial.first, trial.last].filter((run) => run !== null);
    if (error === null && reference) {
      const values = runs.map((run) => run.map((output) => output.values));
      const answer = subject.answer ?? reference.outputs;
      difference = Math.max(...values.map((outputs) => maxAbsError(outputs, answer)));
    }
  } catch (cause) {
    error = describeError(cause);
  }
  return {
    model: subject.model,
    engine: subject.engine,
    engineUsed: error === null && facts ? subject.engine : null,
    threads: facts?.threads ?? 0,
    batch: subject.batch,
    loadMs: trial.loadMs,
    downloadMs: trial.downloadMs,
    firstRunMs,
    samplesMs,
    maxAbsError: difference,
    ...(error === null ? {} : { error }),
  };
}

async function attempt(trial: Trial, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    trial.error = describeError(error);
  }
}
