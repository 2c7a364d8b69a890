// Knows how raw times become latency-report.json.
import {
  bootstrapInterval,
  type LatencyComparison,
  type LatencyEnvironment,
  type LatencyReport,
  type LatencySubject,
  mean,
  median,
  quantile,
  type Rng,
  rngFromSeed,
} from '@asfp/core';
import { ratioOf } from './compareLatency.ts';

/** A subject as it was measured, before any statistics. */
export interface RawSubject {
  readonly model: string;
  readonly engine: string;
  readonly engineUsed: string | null;
  readonly threads: number;
  readonly batch: number;
  readonly loadMs: number | null;
  readonly downloadMs?: number | null;
  readonly firstRunMs: number | null;
  readonly samplesMs: readonly number[];
  readonly steady?: boolean;
  readonly maxAbsError: number | null;
  readonly error?: string;
}

/**
 * The report of groups of subjects: those of a group were measured in the same page, round by round, and only they
 * are compared, each with each. The seeded generator makes the intervals repeatable.
 */
export function toReport(
  groups: readonly (readonly RawSubject[])[],
  environment: LatencyEnvironment,
  rng: Rng = rngFromSeed(1),
): LatencyReport {
  return {
    format: 'asfp.latency-report/1',
    environment,
    subjects: groups.flat().map((subject) => withStatistics(subject, rng)),
    comparisons: groups.flatMap((group) => comparisonsOf(group, rng)),
  };
}

function withStatistics(subject: RawSubject, rng: Rng): LatencySubject {
  const { samplesMs } = subject;
  const failed = samplesMs.length === 0 || subject.error !== undefined;
  const { error, ...rest } = subject;
  const shared = { ...rest, samplesMs: failed ? [] : samplesMs };
  if (failed) {
    return {
      ...shared,
      engineUsed: null,
      p50Ms: null,
      p95Ms: null,
      meanMs: null,
      ciMs: null,
      error: error ?? 'no run was timed',
    };
  }
  return {
    ...shared,
    p50Ms: median(samplesMs),
    p95Ms: quantile(samplesMs, 0.95),
    meanMs: mean(samplesMs),
    ciMs: bootstrapInterval(
      samplesMs.length,
      (rounds) => median(rounds.map((round) => samplesMs[round] as number)),
      rng,
    ),
  };
}

function comparisonsOf(group: readonly RawSubject[], rng: Rng): LatencyComparison[] {
  const ran = group.filter((subject) => subject.error === undefined && subject.samplesMs.length > 0);
  return ran.flatMap((a, i) =>
    ran.slice(i + 1).map((b) => ({
      a: `${a.model}@${a.engine}`,
      b: `${b.model}@${b.engine}`,
      ...ratioOf(a.samplesMs, b.samplesMs, rng),
    })),
  );
}
