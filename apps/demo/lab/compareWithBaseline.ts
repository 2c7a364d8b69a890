// Knows when a run is slower than an earlier one by more than chance: subject by subject, on the same machine and browser.
import {
  AsfpError,
  bootstrapInterval,
  type LatencyEnvironment,
  type LatencyReport,
  type LatencySubject,
  median,
  type Rng,
  rngFromSeed,
} from '@asfp/core';

/** One subject beside itself of earlier. */
export interface Change {
  /** `model@engine`, with the batch and the threads where they are not 1. */
  readonly name: string;
  /** The median of now over that of then: above 1, it got slower. */
  readonly ratio: number;
  readonly ratioCi: readonly [number, number];
  readonly verdict: 'slower' | 'faster' | 'same';
}

/** All that can be said of two reports. */
export interface BaselineComparison {
  readonly changes: readonly Change[];
  /** Subjects that the baseline does not have. */
  readonly fresh: readonly string[];
  /** Subjects that ran in the baseline and failed now. */
  readonly broken: readonly string[];
  /** Whether nothing got slower and nothing broke. */
  readonly passed: boolean;
}

/**
 * What two runs of the same differ by even on a quiet machine, where memory lies otherwise: a change counts when its whole
 * interval is beyond it.
 */
export const runToRun = 0.05;

/**
 * Compares a report with an earlier one. Throws AsfpError `baseline-environment` when they come from different machines,
 * browsers or GL drivers, and `baseline-empty` when they share no subject.
 */
export function compareWithBaseline(
  now: LatencyReport,
  then: LatencyReport,
  where: string,
  rng: Rng = rngFromSeed(1),
): BaselineComparison {
  checkSamePlace(now, then, where);
  const before = new Map(then.subjects.filter(ran).map((subject) => [nameOf(subject), subject]));
  const known = now.subjects.filter((subject) => before.has(nameOf(subject)));
  if (known.length === 0) {
    throw new AsfpError({
      code: 'baseline-empty',
      where,
      expected: `times of ${now.subjects.map(nameOf).join(', ')}`,
      found: [...before.keys()].join(', ') || 'none',
      cure: 'Measure the same models on the same engines',
    });
  }
  const changes = known
    .filter(ran)
    .map((subject) => changeOf(subject, before.get(nameOf(subject)) as LatencySubject, rng));
  const broken = known.filter((subject) => !ran(subject)).map(nameOf);
  return {
    changes,
    fresh: now.subjects.filter((subject) => !before.has(nameOf(subject))).map(nameOf),
    broken,
    passed: broken.length === 0 && changes.every(({ verdict }) => verdict !== 'slower'),
  };
}

/** A report from the text of its file; throws AsfpError `baseline-file` for a text that is none. */
export function parseBaseline(text: string, where: string): LatencyReport {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw noReport(where, 'a text that is no JSON');
  }
  const { format, environment, subjects } = (read ?? {}) as Partial<LatencyReport>;
  if (format !== 'asfp.latency-report/1') throw noReport(where, `format ${JSON.stringify(format ?? null)}`);
  const whole =
    typeof environment?.userAgent === 'string' &&
    Array.isArray(subjects) &&
    subjects.every(
      ({ model, engine, samplesMs }) =>
        typeof model === 'string' &&
        typeof engine === 'string' &&
        Array.isArray(samplesMs) &&
        samplesMs.every((ms) => typeof ms === 'number' && ms >= 0),
    );
  if (!whole) throw noReport(where, 'one without its environment or its samples');
  return read as LatencyReport;
}

function changeOf(now: LatencySubject, then: LatencySubject, rng: Rng): Change {
  const redrawn = (samples: readonly number[]): number =>
    median(samples.map(() => samples[rng.int(samples.length)] as number));
  // The two runs have no rounds in common: each is drawn anew for itself.
  const [low, high] = bootstrapInterval(1, () => redrawn(now.samplesMs) / redrawn(then.samplesMs), rng);
  const verdict = low > 1 + runToRun ? 'slower' : high < 1 / (1 + runToRun) ? 'faster' : 'same';
  const ratio = median(now.samplesMs) / median(then.samplesMs);
  return { name: nameOf(now), ratio, ratioCi: [low, high], verdict };
}

function ran({ error, samplesMs }: LatencySubject): boolean {
  return error === undefined && samplesMs.length > 0;
}

function nameOf({ model, engine, batch, threads }: LatencySubject): string {
  // Threads are not known of a subject that failed: it still is the one of then.
  const more = batch === 1 ? '' : `, batch ${batch}`;
  return `${model}@${engine}${more}${threads > 1 ? `, ${threads} threads` : ''}`;
}

function checkSamePlace(now: LatencyReport, then: LatencyReport, where: string): void {
  const usesGl = now.subjects.some(({ engine }) => engine.endsWith('webgl'));
  const usesWebgpu = now.subjects.some(({ engine }) => engine.endsWith('webgpu'));
  const facts = (environment: LatencyEnvironment): string[] => [
    environment.userAgent,
    `${environment.cores} cores`,
    environment.crossOriginIsolated ? 'isolated' : 'not isolated',
    ...(environment.cpu === undefined ? [] : [environment.cpu]),
    ...(usesGl
      ? [`${environment.softwareGl ? 'software GL' : 'GL'} ${environment.webglRenderer ?? 'of no name'}`]
      : []),
    ...(usesWebgpu
      ? [
          `${environment.softwareWebgpu ? 'WebGPU on the CPU' : 'WebGPU'} ${environment.webgpuAdapter ?? 'of no name'}`,
        ]
      : []),
  ];
  const [here, there] = [facts(now.environment), facts(then.environment)];
  const expected = here.filter((fact) => !there.includes(fact));
  if (expected.length === 0 && there.every((fact) => here.includes(fact))) return;
  throw new AsfpError({
    code: 'baseline-environment',
    where,
    expected: `times from here: ${expected.join(', ') || here.join(', ')}`,
    found: there.filter((fact) => !here.includes(fact)).join(', ') || 'times from an unnamed processor',
    cure: 'Times of two places cannot be compared: measure the baseline anew, here',
  });
}

function noReport(where: string, found: string): AsfpError {
  return new AsfpError({
    code: 'baseline-file',
    where,
    expected: 'a latency-report.json of `asfp bench --out`',
    found,
  });
}
