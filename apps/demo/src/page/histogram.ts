// Knows how two lots of times are drawn on one scale that starts at 0: dense above the axis, compact below it.
import { quantile } from '@asfp/core';
import { lean, ms } from '../../report/numbers.ts';
import { ticks } from '../../report/ticks.ts';
import { svgElement } from './element.ts';
import { type NetworkTimes, sides } from './networks.ts';

const WIDTH = 720;
const HALF = 84;
/** Between the halves: the numbers of the axis. */
const GAP = 30;
const TOP = 32;
const BINS = 60;

/** The picture; a text alternative is its label, and the table that stands below it. */
export function histogram({ samplesMs, medianMs }: NetworkTimes): SVGElement {
  // A busy machine stretches the tail: what lies beyond is counted in the last bin.
  const known = (value: number): number => (Number.isFinite(value) ? value : 0);
  const tail = Math.max(...sides.map((side) => known(quantile(samplesMs[side], 0.98))));
  const middle = Math.max(...sides.map((side) => known(medianMs[side])));
  const marks = ticks(0, Math.min(1.05 * tail, 4 * middle) || 1, 5);
  const end = marks.at(-1) as number;
  const x = (value: number): number => (WIDTH * Math.min(value, end)) / end;
  const counts = { dense: binned(samplesMs.dense, end), compact: binned(samplesMs.compact, end) };
  const most = Math.max(...counts.dense, ...counts.compact, 1);
  const axis = { dense: TOP + HALF, compact: TOP + HALF + GAP };
  const bars = (side: 'dense' | 'compact'): SVGElement =>
    svgElement('path', {
      class: `bars ${side}`,
      d: counts[side]
        .map((count, i) => {
          if (count === 0) return '';
          const height = (HALF * count) / most;
          const [left, right] = [(WIDTH * i) / BINS, (WIDTH * (i + 1)) / BINS - 1];
          const tip = side === 'dense' ? axis.dense - height : axis.compact + height;
          return `M${left.toFixed(1)} ${axis[side]}V${tip.toFixed(1)}H${right.toFixed(1)}V${axis[side]}Z`;
        })
        .join(''),
    });
  const medianOf = (side: 'dense' | 'compact'): SVGElement[] => {
    const value = medianMs[side];
    if (!Number.isFinite(value)) return [];
    const at = x(value);
    const [from, to] = side === 'dense' ? [TOP - 4, axis.dense] : [axis.compact, axis.compact + HALF + 4];
    const late = at > WIDTH * 0.6;
    return [
      svgElement('path', { class: 'median', d: `M${at.toFixed(1)} ${from}V${to}` }),
      svgElement(
        'text',
        {
          x: (at + (late ? -5 : 5)).toFixed(1),
          y: side === 'dense' ? TOP - 6 : axis.compact + HALF + 20,
          'text-anchor': late ? 'end' : 'start',
        },
        `${side === 'dense' ? 'Dense' : 'Compact'}, median ${ms(value)}`,
      ),
    ];
  };
  return svgElement(
    'svg',
    {
      class: 'histogram',
      viewBox: `0 0 ${WIDTH} ${TOP + 2 * HALF + GAP + 28}`,
      role: 'img',
      'aria-label': `Times of ${samplesMs.dense.length} runs of the dense network and ${samplesMs.compact.length} of the compact one, from 0 to ${ms(end)}; what took longer stands at the end.`,
    },
    svgElement('path', { class: 'axis', d: `M0 ${axis.dense}H${WIDTH}M0 ${axis.compact}H${WIDTH}` }),
    bars('dense'),
    bars('compact'),
    ...marks.map((mark, i) =>
      svgElement(
        'text',
        {
          class: 'tick',
          x: x(mark).toFixed(1),
          y: axis.dense + 21,
          'text-anchor': i === 0 ? 'start' : i === marks.length - 1 ? 'end' : 'middle',
        },
        i === marks.length - 1 ? `${lean(mark)} ms` : lean(mark),
      ),
    ),
    ...medianOf('dense'),
    ...medianOf('compact'),
  );
}

/** How many samples lie in each bin; those beyond the end lie in the last. */
export function binned(samplesMs: readonly number[], end: number): number[] {
  const counts = new Array<number>(BINS).fill(0);
  for (const sample of samplesMs) {
    const bin = Math.min(BINS - 1, Math.floor((BINS * sample) / end));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}
