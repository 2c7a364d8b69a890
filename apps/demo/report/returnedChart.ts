// Knows the picture of filters that came back: zeroed by one prune, kept by the next.
import { epochLabels, epochX, leftMargin } from './epochAxis.ts';
import { figure, missingFigure } from './figure.ts';
import type { Markup } from './html.ts';
import { exact } from './numbers.ts';
import type { ReportParts } from './reportParts.ts';
import { runFacts } from './runFacts.ts';
import { chart, label, line, rect } from './svg.ts';
import { ticks } from './ticks.ts';

const title = 'Filters that came back';
const top = 14;
const bottom = 160;
const height = 184;

/** The figure; says so when there are no epochs. */
export function returnedChart({ events }: ReportParts): Markup {
  const { epochs, last } = runFacts(events);
  if (last === undefined) return missingFigure(title);
  const most = Math.max(...epochs.map(({ returnedFilters }) => returnedFilters), 1);
  const steps = ticks(0, most, 4).filter(Number.isInteger);
  const high = Math.max(steps.at(-1) ?? 1, most);
  const y = (count: number): number => bottom - (count / high) * (bottom - top);
  const width = Math.min(0.09, ((1 - leftMargin) / epochs.length) * 0.56);
  const named = epochs.length <= 12;
  const drawing = chart(
    height,
    `Filters zeroed by one prune and kept by the next, by epoch: ${epochs.map((event) => event.returnedFilters).join(', ')}.`,
    steps.map((step) => [
      line(leftMargin, y(step), 1, y(step), { class: 'grid' }),
      label(0, y(step) + 4, exact(step), { class: 'quiet' }),
    ]),
    epochs.map(({ returnedFilters: count }, i) => {
      const x = epochX(epochs, i);
      return [
        rect(x - width / 2, y(count), width, bottom - y(count), { class: 'quiet-fill' }),
        named ? label(x, y(count) - 5, exact(count), { class: 'halo', 'text-anchor': 'middle' }) : undefined,
      ];
    }),
    epochLabels(epochs, height - 4),
  );
  return figure({
    title,
    note: 'Soft pruning lets zeroed filters learn on: these were zero after one epoch and no longer among the weakest after the next.',
    chart: drawing,
    table: {
      caption: 'Zero filters and returned filters by epoch',
      columns: ['Epoch', 'Came back', 'Zero', 'All filters'],
      rows: epochs.map((event) => [
        event.epoch,
        exact(event.returnedFilters),
        exact(event.zeroFilters),
        exact(event.totalFilters),
      ]),
    },
  });
}
