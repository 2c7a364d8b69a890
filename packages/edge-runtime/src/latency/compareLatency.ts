// Knows how to time rivals fairly: next to each other, round after round, until the answer is narrow enough.
import { bootstrapInterval, describeError, median, type Rng, rngFromSeed, shuffledOrder } from '@asfp/core';
import { type Clock, now } from './clock.ts';
import { measureOnce } from './measureOnce.ts';
import { yieldToPage } from './yieldToPage.ts';

/** One rival: a run that ends when its output has been read back. */
export interface Rival {
  readonly name: string;
  run(): Promise<unknown>;
}

/** When to stop, and what to measure with. */
export interface CompareOptions {
  /** Time for warm-up and rounds together, milliseconds. */
  readonly budgetMs: number;
  /** Untimed runs of each rival before the first round, at least. */
  readonly warmUpRuns?: number;
  /** And at least so long for each, milliseconds: engines go on compiling what runs often. */
  readonly warmUpMs?: number;
  /** Rounds that are made even when the budget is spent. */
  readonly minRounds?: number;
  readonly maxRounds?: number;
  /** Enough when the 95 % interval of every ratio is at most this share of the ratio wide. */
  readonly relativeWidth?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called after each round with the number of rounds so far. */
  readonly onRound?: ((rounds: number) => void) | undefined;
  readonly clock?: Clock;
  readonly rng?: Rng;
}

/** The raw times of one rival: sample `i` was taken in round `i`. */
export interface RivalTimes {
  readonly name: string;
  readonly firstRunMs: number | null;
  readonly samplesMs: readonly number[];
  /** Why it has no times; a rival that failed once is not run again. */
  readonly error?: string;
}

/** What came out, and which rule ended it. */
export interface Comparison {
  readonly rivals: readonly RivalTimes[];
  readonly rounds: number;
  readonly stoppedBy: 'interval' | 'budget' | 'rounds' | 'nobody left';
}

/**
 * First run of each rival, warm-up, then rounds in which each runs once, in shuffled order, until the intervals of all
 * ratios are narrow, the budget is spent, or the rounds are used up. A rival that throws gets its error, the others go
 * on. When aborted, rejects with the signal's reason.
 */
export async function compareLatency(rivals: readonly Rival[], options: CompareOptions): Promise<Comparison> {
  const {
    budgetMs,
    warmUpRuns = 5,
    warmUpMs = 0,
    minRounds = 5,
    maxRounds = 2000,
    relativeWidth = 0.04,
    signal,
    onRound,
    clock = now,
    rng = rngFromSeed(1),
  } = options;
  const entries = rivals.map((rival) => new Entry(rival, clock));
  const running = (): Entry[] => entries.filter((entry) => entry.error === undefined);

  for (const entry of entries) await entry.first(signal);
  const start = clock();
  const cold = (runs: number): boolean => runs < warmUpRuns || clock() - start < warmUpMs * running().length;
  for (let i = 0; running().length > 0 && cold(i) && (i === 0 || clock() - start < budgetMs / 4); i++) {
    for (const entry of running()) await entry.warmUp(signal);
  }

  let stoppedBy: Comparison['stoppedBy'] = 'rounds';
  let rounds = 0;
  let nextCheck = minRounds;
  while (rounds < maxRounds) {
    await yieldToPage();
    // A fixed order would let each rival always meet the caches as the same neighbour left them.
    const order = running();
    for (const i of shuffledOrder(order.length, rng)) await order[i]?.sample(signal);
    if (running().length === 0) {
      stoppedBy = 'nobody left';
      break;
    }
    rounds++;
    onRound?.(rounds);
    if (rounds >= minRounds && clock() - start >= budgetMs) {
      stoppedBy = 'budget';
      break;
    }
    if (rounds >= nextCheck) {
      // Looking after every round would stop at the first narrow accident.
      nextCheck = Math.ceil(rounds * 1.3);
      if (rounds >= 20 && narrow(running(), rounds, relativeWidth, rng)) {
        stoppedBy = 'interval';
        break;
      }
    }
  }
  return { rivals: entries.map((entry) => entry.times()), rounds, stoppedBy };
}

/** Median of `a` over median of `b` with its 95 % interval, resampling the rounds in which both ran. */
export function ratioOf(
  a: readonly number[],
  b: readonly number[],
  rng: Rng,
): { readonly ratio: number; readonly ratioCi: readonly [number, number] } {
  const count = Math.min(a.length, b.length);
  const at = (samples: readonly number[], rounds: readonly number[]): number =>
    median(rounds.map((round) => samples[round] as number));
  const ratioCi = bootstrapInterval(count, (rounds) => at(a, rounds) / at(b, rounds), rng);
  return { ratio: median(a.slice(0, count)) / median(b.slice(0, count)), ratioCi };
}

function narrow(entries: readonly Entry[], rounds: number, relativeWidth: number, rng: Rng): boolean {
  const [base, ...others] = entries;
  if (!base) return true;
  // A rival alone has no ratio: its own median has to be narrow.
  const unit = new Array<number>(rounds).fill(1);
  const pairs = others.length > 0 ? others.map((other) => other.samplesMs) : [unit];
  return pairs.every((samples) => {
    const { ratio, ratioCi } = ratioOf(base.samplesMs, samples, rng);
    return ratioCi[1] - ratioCi[0] <= relativeWidth * ratio;
  });
}

/** One rival during the measurement. */
class Entry {
  readonly samplesMs: number[] = [];
  error: string | undefined;
  #firstRunMs: number | null = null;
  readonly #rival: Rival;
  readonly #clock: Clock;

  constructor(rival: Rival, clock: Clock) {
    this.#rival = rival;
    this.#clock = clock;
  }

  async first(signal: AbortSignal | undefined): Promise<void> {
    await this.#timed(signal, (ms) => {
      this.#firstRunMs = ms;
    });
  }

  async warmUp(signal: AbortSignal | undefined): Promise<void> {
    await this.#timed(signal, () => undefined);
  }

  async sample(signal: AbortSignal | undefined): Promise<void> {
    await this.#timed(signal, (ms) => this.samplesMs.push(ms));
  }

  times(): RivalTimes {
    const { name } = this.#rival;
    if (this.error !== undefined) return { name, firstRunMs: null, samplesMs: [], error: this.error };
    return { name, firstRunMs: this.#firstRunMs, samplesMs: this.samplesMs };
  }

  async #timed(signal: AbortSignal | undefined, keep: (ms: number) => void): Promise<void> {
    signal?.throwIfAborted();
    try {
      keep((await measureOnce(() => this.#rival.run(), this.#clock)).ms);
    } catch (error) {
      this.error = describeError(error);
    }
  }
}
