// Knows the picture of accuracy by epoch, before and after each prune, with the pruning rate below it.
import type { EpochEvent } from '@asfp/core';
import { epochLabels, epochX, leftMargin } from './epochAxis.ts';
import { type Figure, figure, missingFigure } from './figure.ts';
import type { Markup } from './html.ts';
import { exact, lean, percent, rounded } from './numbers.ts';
import { placeLabels } from './placeLabels.ts';
import type { ReportParts } from './reportParts.ts';
import { type RunFacts, runFacts } from './runFacts.ts';
import { chart, dot, label, line, path } from './svg.ts';
import { ticks } from './ticks.ts';

const title = 'Accuracy by epoch';
const top = 14;
const bottom = 204;
const rateTop = 236;
const rateBottom = 272;
const height = 296;

/** The figure; says so when there are no epochs. */
export function accuracyChart({ events }: ReportParts): Markup {
  const facts = runFacts(events);
  if (facts.last === undefined) return missingFigure(title);
  return figure({ title, note: noteOf(facts), chart: drawing(facts), table: tableOf(facts) });
}

function noteOf({ last, end }: RunFacts): string {
  const images = `Share of ${exact(last?.evalImages ?? 0)} test images classified right`;
  const whole = end === undefined ? '' : `; the ring is the finished network on all ${exact(end.testImages)}`;
  return `${images}${whole}. Thin line: share of filters that are zero after each epoch.`;
}

function drawing({ epochs, end }: RunFacts): Markup {
  const accuracies = epochs.flatMap(({ accuracyBefore, accuracyAfter }) => [accuracyBefore, accuracyAfter]);
  if (end !== undefined) accuracies.push(end.accuracy);
  const steps = ticks(Math.min(...accuracies) * 100, Math.max(...accuracies) * 100, 5).filter(
    (at) => at <= 100,
  );
  const [low = 0, high = 100] = [steps[0], steps.at(-1)];
  const y = (share: number): number => bottom - ((share * 100 - low) / (high - low)) * (bottom - top);
  const points = (of: (event: EpochEvent) => number): [number, number][] =>
    epochs.map((event, i) => [epochX(epochs, i), of(event)]);
  const before = points(({ accuracyBefore }) => y(accuracyBefore));
  const after = points(({ accuracyAfter }) => y(accuracyAfter));
  const endX = epochX(epochs, epochs.length - 1);

  const names = [
    { name: 'before the prune', points: before, class: 'dense-ink' },
    { name: 'after the prune', points: after, class: 'compact-ink' },
    ...(end === undefined
      ? []
      : [
          {
            name: `in the end ${percent(end.accuracy)}`,
            points: [[endX, y(end.accuracy)] as [number, number]],
            class: 'compact-ink strong',
          },
        ]),
  ];
  const places = placeLabels(names, 0, bottom);
  return chart(
    height,
    describe(epochs, end?.accuracy),
    steps.map((step) => [
      line(leftMargin, y(step / 100), 1, y(step / 100), { class: 'grid' }),
      label(0, y(step / 100) + 4, percent(step / 100, 0), { class: 'quiet' }),
    ]),
    path(before, height, { class: 'dense-line' }),
    path(after, height, { class: 'compact-line' }),
    epochs.length > 40
      ? undefined
      : [
          before.map(([x, at]) => dot(x, at, 3, { class: 'dense-fill' })),
          after.map(([x, at]) => dot(x, at, 3, { class: 'compact-fill' })),
        ],
    end === undefined ? undefined : dot(endX, y(end.accuracy), 5.5, { class: 'compact-ring' }),
    rateLine(epochs),
    names.map((each, i) => {
      const { x, y: at, anchor } = places[i] ?? { x: 1, y: top, anchor: 'end' };
      return label(x, at, each.name, { class: `halo ${each.class}`, 'text-anchor': anchor });
    }),
    epochLabels(epochs, height - 4),
  );
}

/** The rate has an axis of its own, from 0: it is a share of filters, not of images. */
function rateLine(epochs: readonly EpochEvent[]): Markup[] {
  const most = Math.max(...epochs.map(({ rate }) => rate), 1e-9);
  const y = (rate: number): number => rateBottom - (rate / most) * (rateBottom - rateTop);
  const points = epochs.map(({ rate }, i): [number, number] => [epochX(epochs, i), y(rate)]);
  const last = epochs.at(-1)?.rate ?? 0;
  return [
    line(leftMargin, rateBottom, 1, rateBottom, { class: 'grid' }),
    label(0, rateBottom + 4, percent(0, 0), { class: 'quiet' }),
    path(points, height, { class: 'rate-line' }),
    label(1, y(last) - 7, `pruning rate ${percent(last)}`, { class: 'halo', 'text-anchor': 'end' }),
  ];
}

function describe(epochs: readonly EpochEvent[], end: number | undefined): string {
  const [first, last] = [epochs[0], epochs.at(-1)];
  if (first === undefined || last === undefined) return '';
  const finish = end === undefined ? '' : ` The finished network reaches ${percent(end)}.`;
  return (
    `Accuracy over ${epochs.length} epochs: before the prune from ${percent(first.accuracyBefore)} to ` +
    `${percent(last.accuracyBefore)}, after it from ${percent(first.accuracyAfter)} to ` +
    `${percent(last.accuracyAfter)}; pruning rate ${percent(last.rate)} at the end.${finish}`
  );
}

function tableOf({ epochs }: RunFacts): Figure['table'] {
  return {
    caption: 'The epochs of the training run',
    columns: [
      'Epoch',
      'Before prune',
      'After prune',
      'Images',
      'Training accuracy',
      'Loss',
      'Learning rate',
      'Pruning rate',
      'Images/s',
      'Seconds',
    ],
    rows: epochs.map((event) => [
      event.epoch,
      percent(event.accuracyBefore),
      percent(event.accuracyAfter),
      exact(event.evalImages),
      percent(event.trainAccuracy),
      rounded(event.loss),
      lean(event.learningRate),
      percent(event.rate),
      rounded(event.imagesPerSecond),
      rounded(event.seconds),
    ]),
  };
}
