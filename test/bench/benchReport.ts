// Knows the bench's report: one record a part, each with its raw samples; a part that is measured again takes the place of the old one.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AsfpError, type LatencyReport } from '@asfp/core';
import type { BenchPart } from './benchNets.ts';
import type { NativeTimes } from './nativeTimes.ts';

/** What one page measured; its models are `dense` and, in parts with a rate, `pruned`. */
export interface PartRecord {
  readonly part: BenchPart;
  readonly macs: { readonly dense: number; readonly pruned: number | null };
  /** Largest absolute value of the oracle's output, to which errors are relative. */
  readonly largest: { readonly dense: number; readonly pruned: number | null };
  readonly latency: LatencyReport;
  readonly native: readonly NativeTimes[];
  readonly command: string;
}

/** The whole report. */
export interface BenchReport {
  readonly format: 'asfp.bench/1';
  /** By `partKey`. */
  readonly parts: Readonly<Record<string, PartRecord>>;
}

/** The report of a file, empty where there is no file; throws AsfpError `bench-report` for a file that is none. */
export function readBenchReport(file: string): BenchReport {
  if (!existsSync(file)) return { format: 'asfp.bench/1', parts: {} };
  const read = JSON.parse(readFileSync(file, 'utf8')) as Partial<BenchReport>;
  if (read.format === 'asfp.bench/1' && read.parts !== undefined) return read as BenchReport;
  throw new AsfpError({
    code: 'bench-report',
    where: file,
    expected: 'a report of pnpm bench (asfp.bench/1)',
    found: JSON.stringify(read.format ?? null),
    cure: 'Give another file as --report',
  });
}

/** The report with a part put in. */
export function withPart(report: BenchReport, key: string, record: PartRecord): BenchReport {
  return { ...report, parts: { ...report.parts, [key]: record } };
}

/** Writes the report whole or not at all, so that a run that is stopped keeps what it has. */
export function writeBenchReport(file: string, report: BenchReport): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, `${JSON.stringify(report)}\n`);
  renameSync(`${file}.part`, file);
}
