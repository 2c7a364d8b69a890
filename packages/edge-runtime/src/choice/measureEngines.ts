// Knows how engines that hold the same model are timed against each other, and that a wrong answer has no time.
import { type HostTensor, median } from '@asfp/core';
import type { EngineFacts, LoadedModel } from '../engines/engine.ts';
import type { Clock } from '../latency/clock.ts';
import { compareLatency } from '../latency/compareLatency.ts';

/** An engine with the model. */
export interface Contender {
  readonly facts: EngineFacts;
  readonly model: LoadedModel;
}

/** The middle of its times, milliseconds, or why it has none. */
export type ContenderTime = { readonly medianMs: number } | { readonly error: string };

/** Time for all rounds together, after a first run of each; slow networks get two rounds all the same. */
const BUDGET_MS = 300;

/** Largest difference to the first contender's answer, over that answer's largest number: what all engines promise. */
const TOLERANCE = 1e-4;

/** Times all on the same inputs, round by round; one that fails, or answers otherwise than the first, has no time. */
export async function measureEngines(
  contenders: readonly Contender[],
  inputs: readonly HostTensor[],
  { clock, signal }: { readonly clock: Clock; readonly signal?: AbortSignal | undefined },
): Promise<ContenderTime[]> {
  const answers = contenders.map((): (readonly HostTensor[])[] => []);
  const rivals = contenders.map(({ facts, model }, i) => ({
    name: facts.engine,
    run: async () => {
      const outputs = await model.run(inputs);
      // Backends have been right once and wrong later: the first answer and the latest.
      answers[i]?.splice(1, 1, outputs);
    },
  }));
  const { rivals: times } = await compareLatency(rivals, {
    budgetMs: BUDGET_MS,
    warmUpRuns: 0,
    minRounds: contenders.length > 1 ? 2 : 1,
    maxRounds: 15,
    signal,
    clock,
  });
  const right = answers[0]?.[0];
  return times.map(({ samplesMs, error }, i): ContenderTime => {
    if (error !== undefined) return { error };
    const distance = Math.max(...(answers[i] ?? []).map((answer) => distanceOf(answer, right)));
    if (!(distance <= TOLERANCE)) {
      return { error: `its answer differs from ${times[0]?.name}'s by ${distance.toPrecision(2)} of it` };
    }
    return { medianMs: median(samplesMs) };
  });
}

/** Infinite where shapes differ or a number is none. */
function distanceOf(answer: readonly HostTensor[], right: readonly HostTensor[] | undefined): number {
  if (answer.length !== right?.length) return Number.POSITIVE_INFINITY;
  return Math.max(
    ...answer.map(({ values }, o) => {
      const wanted = right[o]?.values;
      if (values.length !== wanted?.length) return Number.POSITIVE_INFINITY;
      let largest = 0;
      let difference = 0;
      for (let i = 0; i < values.length; i++) {
        largest = Math.max(largest, Math.abs(wanted[i] as number));
        difference = Math.max(difference, Math.abs((values[i] as number) - (wanted[i] as number)));
      }
      if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
      return difference === 0 ? 0 : difference / largest;
    }),
  );
}
