// Knows the figures of the bench's report: ratios with their intervals, shares of the saving, errors, and goals.
import type { LatencySubject } from '@asfp/core';
import { quantile } from '@asfp/core';
import type { BenchNet } from './benchNets.ts';
import type { PartRecord } from './benchReport.ts';

/** A figure with its 95 % interval. */
export interface Figure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The two networks of a part. */
export type PartModel = 'dense' | 'pruned';

/** What every engine has to keep to: the largest difference from the oracle over the largest output. */
export const errorLimit = 1e-4;

/** A subject that has times. */
export function ranSubject(record: PartRecord, model: PartModel, engine: string): LatencySubject | undefined {
  return record.latency.subjects.find(
    (subject) => subject.model === model && subject.engine === engine && subject.p50Ms !== null,
  );
}

/** The median of `a` over that of `b`, each `model@engine`; undefined where one of them did not run. */
export function timeRatio(record: PartRecord, a: string, b: string): Figure | undefined {
  for (const one of record.latency.comparisons) {
    const [low, high] = one.ratioCi;
    if (one.a === a && one.b === b) return { value: one.ratio, low, high };
    if (one.a === b && one.b === a) return { value: 1 / one.ratio, low: 1 / high, high: 1 / low };
  }
  return undefined;
}

/** How many times as fast `compiled` is as the faster of the two engines that people can pick today. */
export function aheadOfRivals(
  record: PartRecord,
  model: PartModel,
): (Figure & { readonly rival: string }) | undefined {
  const rivals = ['tfjs-wasm', 'ort-wasm'].flatMap((rival) => {
    const figure = timeRatio(record, `${model}@${rival}`, `${model}@compiled`);
    return figure === undefined ? [] : [{ ...figure, rival }];
  });
  // With one of them missing nobody knows which would have been the faster.
  return rivals.length < 2 ? undefined : rivals.reduce((best, one) => (one.value < best.value ? one : best));
}

/** The share of the multiply-adds that is gone. */
export function macsSaved({ macs }: PartRecord): number {
  return macs.pruned === null ? 0 : 1 - macs.pruned / macs.dense;
}

/** The share of an engine's time that is gone. */
export function timeSaved(record: PartRecord, engine: string): Figure | undefined {
  const speedup = timeRatio(record, `dense@${engine}`, `pruned@${engine}`);
  if (speedup === undefined) return undefined;
  const { value, low, high } = speedup;
  return { value: 1 - 1 / value, low: 1 - 1 / low, high: 1 - 1 / high };
}

/** Time saved over multiply-adds saved: 1 where all of the theoretical saving is real. */
export function savingKept(record: PartRecord, engine: string): Figure | undefined {
  const saved = timeSaved(record, engine);
  const share = macsSaved(record);
  if (saved === undefined || share <= 0) return undefined;
  return { value: saved.value / share, low: saved.low / share, high: saved.high / share };
}

/** Errors of subjects that ran, relative to the largest output, where they are beyond the limit. */
export function errorFaults(key: string, record: PartRecord): string[] {
  const measured = [
    ...record.latency.subjects.filter(({ error }) => error === undefined),
    ...record.native.filter(({ error }) => error === undefined).map((one) => ({ ...one, engine: 'native' })),
  ];
  return measured.flatMap(({ model, engine, maxAbsError }) => {
    const error = relativeError(record, model as PartModel, maxAbsError);
    return error !== null && error <= errorLimit
      ? []
      : [
          `${key} ${model}@${engine}: expected the oracle's output within ${errorLimit}, found ${error ?? 'none'}`,
        ];
  });
}

/** An absolute error over the largest output of the oracle. */
export function relativeError(record: PartRecord, model: PartModel, error: number | null): number | null {
  const largest = record.largest[model];
  return error === null || largest === null ? null : error / largest;
}

/** p95 over p50 of one subject's runs. */
export function spread(subject: LatencySubject): number {
  return quantile(subject.samplesMs, 0.95) / quantile(subject.samplesMs, 0.5);
}

/** One line of the goals. */
export interface Goal {
  readonly what: string;
  readonly target: string;
  readonly found: Figure;
  readonly reached: boolean;
}

const AHEAD: Readonly<Record<BenchNet, number>> = {
  resnet20: 2.8,
  resnet56: 2.8,
  resnet18: 2.4,
  resnet50: 1.5,
  'mobilenet-v1': 1.15,
  'mobilenet-v2': 1.15,
};

/** The goals that the report's parts speak of. */
export function goalsOf(records: readonly PartRecord[]): Goal[] {
  return records.flatMap((record): Goal[] => {
    const { net, rate, coupling } = record.part;
    if (coupling === null) {
      const ahead = aheadOfRivals(record, 'dense');
      const ours = ranSubject(record, 'dense', 'compiled');
      const steady = ours && spread(ours);
      return [
        ...(ahead === undefined
          ? []
          : [goal(`${net}: compiled against the faster rival (${ahead.rival})`, AHEAD[net], ahead)]),
        ...(net === 'resnet20' && steady !== undefined
          ? [
              {
                what: `${net}: p95 over p50 of compiled`,
                target: 'under 1.3',
                found: { value: steady, low: steady, high: steady },
                reached: steady < 1.3,
              },
            ]
          : []),
      ];
    }
    const kept = savingKept(record, 'compiled');
    const counts = (net === 'resnet56' || net === 'resnet18') && (rate === 0.3 || rate === 0.4);
    return counts && coupling === 'independent' && kept !== undefined
      ? [goal(`${net} at ${rate}: time saved over multiply-adds saved`, 0.9, kept)]
      : [];
  });
}

function goal(what: string, least: number, found: Figure): Goal {
  return { what, target: `${least} or more`, found, reached: found.value >= least };
}
