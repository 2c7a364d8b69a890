// Knows what the events of a run come to: each epoch once, the start, the end, and what the last prune did.
import type { EndEvent, EpochEvent, RunEvent, StartEvent } from '@asfp/core';

/** The events by kind. */
export interface RunFacts {
  readonly start: StartEvent | undefined;
  /** In order; an epoch that a resumed run trained again counts as it came out last. */
  readonly epochs: readonly EpochEvent[];
  readonly last: EpochEvent | undefined;
  readonly end: EndEvent | undefined;
}

/** Sorts the events of a run. */
export function runFacts(events: readonly RunEvent[] = []): RunFacts {
  const epochs = new Map<number, EpochEvent>();
  let start: StartEvent | undefined;
  let end: EndEvent | undefined;
  for (const event of events) {
    if (event.type === 'start') start = event;
    else if (event.type === 'epoch') epochs.set(event.epoch, event);
    else end = event;
  }
  const inOrder = [...epochs.values()].sort((a, b) => a.epoch - b.epoch);
  return { start, epochs: inOrder, last: inOrder.at(-1), end };
}

/**
 * How many of the test images fewer were right at the end than before the last prune, as a share; undefined when the
 * two were not counted on the same images.
 */
export function accuracyLost({ last, end }: RunFacts): number | undefined {
  if (last === undefined || end === undefined || last.evalImages !== end.testImages) return undefined;
  return last.accuracyBefore - end.accuracy;
}

/** The 95 % interval of a share counted on `images` images (Wilson). */
export function shareInterval(share: number, images: number): readonly [number, number] {
  const z = 1.959964;
  const centre = (share + z ** 2 / (2 * images)) / (1 + z ** 2 / images);
  const half =
    (z / (1 + z ** 2 / images)) * Math.sqrt((share * (1 - share)) / images + z ** 2 / (4 * images ** 2));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
