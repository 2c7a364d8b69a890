// Knows the two networks of the page: opened together on one engine, asked and timed together, closed together.
import { AsfpError, describeError, median, quantile, rngFromSeed } from '@asfp/core';
import {
  compareLatency,
  type EngineName,
  type FetchProgress,
  type LabelScore,
  openModel,
  type Pixels,
  pixelsToInput,
  ratioOf,
  type Session,
} from '@asfp/edge-runtime';
import { wasmFiles } from '../wasmFiles.ts';
import type { Side } from './modelPanel.ts';
import { type RunIndex, runUrl } from './runFolder.ts';

/** The sides, in the order in which they are shown. */
export const sides: readonly Side[] = ['dense', 'compact'];

/** Sessions that are open; null where opening failed or the run has no such file. */
export type Networks = Readonly<Record<Side, Session | null>>;

/** Who hears how opening goes. */
export interface OpenEvents {
  empty(side: Side): void;
  loading(side: Side, progress: FetchProgress | null): void;
  failed(side: Side, message: string): void;
  ready(side: Side, session: Session): void;
}

/** Times of the sides that could be timed, milliseconds. */
export interface NetworkTimes {
  readonly samplesMs: Readonly<Record<Side, readonly number[]>>;
  readonly medianMs: Readonly<Record<Side, number>>;
  readonly range: Readonly<Record<Side, readonly [number, number]>>;
  /** Dense over compact; null where only one ran. */
  readonly ratio: { readonly ratio: number; readonly ratioCi: readonly [number, number] } | null;
}

/**
 * Opens both on an engine; one that fails does not hold up the other. Throws an AsfpError when the engine itself
 * does not start, and the signal's reason when aborted.
 */
export async function openNetworks(
  index: RunIndex,
  engine: EngineName,
  allowSoftwareGl: boolean,
  events: OpenEvents,
  signal: AbortSignal,
): Promise<Networks> {
  const opened = await Promise.allSettled(
    sides.map(async (side): Promise<Session | null> => {
      const path = index[side];
      if (path === undefined) {
        events.empty(side);
        return null;
      }
      events.loading(side, null);
      try {
        const session = await openModel(runUrl(path), {
          engine,
          wasmPaths: wasmFiles,
          allowSoftwareGl,
          signal,
          onProgress: (progress) => events.loading(side, progress),
        });
        events.ready(side, session);
        return session;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof AsfpError && error.code === 'software-gl') throw error;
        events.failed(side, describeError(error));
        return null;
      }
    }),
  );
  const [dense = null, compact = null] = opened.map((one) => (one.status === 'fulfilled' ? one.value : null));
  const rejected = opened.find((one) => one.status === 'rejected');
  if (rejected) {
    await closeNetworks({ dense, compact });
    throw rejected.reason;
  }
  return { dense, compact };
}

/** Closes what is open. */
export async function closeNetworks(networks: Networks): Promise<void> {
  for (const side of sides) await networks[side]?.dispose();
}

/** What each network says of a picture of the input's size. */
export async function askNetworks(
  networks: Networks,
  pixels: Pixels,
): Promise<Readonly<Record<Side, LabelScore[] | null>>> {
  const top = { top: 5 };
  return {
    dense: (await networks.dense?.classify(pixels, top)) ?? null,
    compact: (await networks.compact?.classify(pixels, top)) ?? null,
  };
}

/** Times both on a picture, round by round, for about as long as the budget says. */
export async function timeNetworks(
  networks: Networks,
  pixels: Pixels,
  budgetMs: number,
  signal: AbortSignal,
): Promise<NetworkTimes> {
  const rivals = sides.flatMap((side) => {
    const session = networks[side];
    const input = session?.info.card?.input;
    if (!session || !input) return [];
    const values = pixelsToInput(pixels, input);
    return [{ name: side, run: () => session.run(values) }];
  });
  const { rivals: timed } = await compareLatency(rivals, { budgetMs, signal, maxRounds: 200, warmUpRuns: 3 });
  const samples = (side: Side): readonly number[] => timed.find(({ name }) => name === side)?.samplesMs ?? [];
  return summary({ dense: samples('dense'), compact: samples('compact') });
}

/** Medians, ranges and the ratio of samples that were taken side by side. */
export function summary(samplesMs: Readonly<Record<Side, readonly number[]>>): NetworkTimes {
  const { dense, compact } = samplesMs;
  const range = (values: readonly number[]): [number, number] => [
    quantile(values, 0.05),
    quantile(values, 0.95),
  ];
  const both = dense.length > 0 && compact.length > 0;
  return {
    samplesMs,
    medianMs: { dense: median(dense), compact: median(compact) },
    range: { dense: range(dense), compact: range(compact) },
    ratio: both ? ratioOf(dense, compact, rngFromSeed(1)) : null,
  };
}
