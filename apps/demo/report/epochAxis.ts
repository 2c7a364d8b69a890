// Knows how epochs lie across a chart: each in the middle of its band, some of them numbered.
import type { EpochEvent } from '@asfp/core';
import type { Markup } from './html.ts';
import { label } from './svg.ts';

/** Room at the left for the numbers of the y axis, as a share of the width. */
export const leftMargin = 0.11;

/** Where an epoch stands, as a share of the width. */
export function epochX(epochs: readonly EpochEvent[], at: number): number {
  return leftMargin + ((1 - leftMargin) * (at + 0.5)) / epochs.length;
}

/** The numbers of the epochs below a chart, at most about eight. */
export function epochLabels(epochs: readonly EpochEvent[], y: number): Markup[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((each) => epochs.length / each <= 8.5) ?? 1000;
  const shown = epochs.flatMap((event, i) =>
    event.epoch % step === 0 || (i === 0 && step > 2) ? [{ event, i }] : [],
  );
  return [
    label(0, y, 'epoch', { class: 'quiet' }),
    ...shown.map(({ event, i }) =>
      label(epochX(epochs, i), y, event.epoch, { class: 'quiet', 'text-anchor': 'middle' }),
    ),
  ];
}
