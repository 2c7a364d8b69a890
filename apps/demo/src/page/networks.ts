// Knows the two networks of the page: opened on one engine, asked and timed together, closed together.
import { AsfpError, describeError, median, quantile, rngFromSeed } from '@asfp/core';
import {
  compareLatency,
  type EngineChoice,
  type FetchProgress,
  type LabelScore,
  type ModelSource,
  type OpenOptions,
  openModel,
  pixelsToInput,
  ratioOf,
  type Session,
} from '@asfp/edge-runtime';
import { type Picture, pixelsOf } from './inputPicture.ts';
import type { Side } from './modelPanel.ts';
import { ask, networkInput } from './networkInput.ts';

/** The sides, in the order in which they are shown. */
export const sides: readonly Side[] = ['dense', 'compact'];

/** Where each side comes from; null where there is nothing to open. */
export type Sources = Readonly<Record<Side, ModelSource | null>>;

/** Sessions that are open; null where opening failed or there was nothing to open. */
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

/** For how long, and until when, networks are timed. */
export interface TimingOptions {
  readonly budgetMs: number;
  readonly maxRounds: number;
  /** Whether to go on when the ratio is known well enough. */
  readonly allRounds?: boolean;
  readonly signal: AbortSignal;
  readonly onRound?: (rounds: number) => void;
}

/**
 * Opens both on one engine; one that fails does not hold up the other. Where the engine is chosen, the compact one
 * chooses, and the dense one follows: what is compared runs alike. Throws an AsfpError when the engine itself does not
 * start, and the signal's reason when aborted.
 */
export async function openNetworks(
  sources: Sources,
  engine: EngineChoice,
  allowSoftwareGl: boolean,
  events: OpenEvents,
  signal: AbortSignal,
): Promise<Networks> {
  const open = async (side: Side, on: EngineChoice): Promise<Session | null> => {
    const source = sources[side];
    if (source === null) {
      events.empty(side);
      return null;
    }
    events.loading(side, null);
    try {
      const onProgress = (progress: FetchProgress): void => events.loading(side, progress);
      const session = await openForPictures(source, { engine: on, allowSoftwareGl, signal, onProgress });
      events.ready(side, session);
      return session;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof AsfpError && error.code === 'software-gl') throw error;
      events.failed(side, describeError(error));
      return null;
    }
  };
  if (engine === 'auto') {
    if (sources.dense !== null) events.loading('dense', null);
    const compact = await open('compact', 'auto');
    return { compact, dense: await open('dense', compact?.info.engineUsed ?? 'auto') };
  }
  const opened = await Promise.allSettled(sides.map((side) => open(side, engine)));
  const [dense = null, compact = null] = opened.map((one) => (one.status === 'fulfilled' ? one.value : null));
  const rejected = opened.find((one) => one.status === 'rejected');
  if (rejected) {
    await closeNetworks({ dense, compact });
    throw rejected.reason;
  }
  return { dense, compact };
}

/** Opens a network; one that takes no pictures is given back, with the reason. */
async function openForPictures(source: ModelSource, options: OpenOptions): Promise<Session> {
  const session = await openModel(source, options);
  try {
    networkInput(session);
    return session;
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

/** Closes what is open. */
export async function closeNetworks(networks: Networks): Promise<void> {
  for (const side of sides) await networks[side]?.dispose();
}

/** What each network says of a picture. */
export async function askNetworks(
  networks: Networks,
  picture: Picture,
): Promise<Readonly<Record<Side, LabelScore[] | null>>> {
  const said: Record<Side, LabelScore[] | null> = { dense: null, compact: null };
  for (const side of sides) {
    const session = networks[side];
    if (session) said[side] = await ask(session, pixelsOf(picture, networkInput(session)), 5);
  }
  return said;
}

/** Times both on a picture, round by round. */
export async function timeNetworks(
  networks: Networks,
  picture: Picture,
  { budgetMs, maxRounds, allRounds = false, signal, onRound }: TimingOptions,
): Promise<NetworkTimes> {
  const rivals = sides.flatMap((side) => {
    const session = networks[side];
    if (!session) return [];
    const input = networkInput(session);
    const values = pixelsToInput(pixelsOf(picture, input), input);
    return [{ name: side, run: () => session.run(values) }];
  });
  const { rivals: timed } = await compareLatency(rivals, {
    budgetMs,
    maxRounds,
    warmUpRuns: 3,
    signal,
    onRound,
    // Where the clock is coarse, an interval may have no width at all.
    ...(allRounds ? { relativeWidth: -1 } : {}),
  });
  const failed = timed.find(({ error }) => error !== undefined);
  if (failed) throw new Error(failed.error);
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
