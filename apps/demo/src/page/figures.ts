// Knows the few large numbers on top: what compaction saved, each with what it was and what it is.
import type { CompactReport } from '@asfp/core';
import type { SessionInfo } from '@asfp/edge-runtime';
import {
  bytes as byteText,
  short as countText,
  fromTo,
  interval,
  ms as millisecondText,
  percent,
  times as ratioText,
} from '../../report/numbers.ts';
import { element } from './element.ts';
import type { Side } from './modelPanel.ts';
import type { NetworkTimes } from './networks.ts';

/** What is known of both networks. */
export interface Known {
  readonly infos: Readonly<Record<Side, SessionInfo | null>>;
  readonly report: CompactReport | null;
  readonly times: NetworkTimes | null;
}

/** A number in large, and the words below it. */
interface Figure {
  readonly number: string;
  readonly what: string;
  readonly detail: string;
}

/** The numbers that can be told; a network alone has none. */
export function figures({ infos: { dense, compact }, report, times }: Known): HTMLElement {
  const all: Figure[] = [];
  if (dense && compact) {
    const before = dense.card?.cost?.macs ?? report?.before.macs;
    const after = compact.card?.cost?.macs ?? report?.after.macs;
    if (before !== undefined && after !== undefined)
      all.push(change('multiply-adds', before, after, countText));
    all.push(change('download', dense.bytes, compact.bytes, byteText));
  }
  if (times?.ratio) {
    const { ratio, ratioCi } = times.ratio;
    const [from, to] = fromTo(millisecondText(times.medianMs.dense), millisecondText(times.medianMs.compact));
    const apart = ratioCi[0] > 1 || ratioCi[1] < 1;
    all.push({
      number: ratioText(ratio),
      what: !apart ? 'as fast here, within the noise' : ratio > 1 ? 'faster here' : 'as fast here',
      detail: `${from} → ${to}; 95\u00a0% interval ${interval(ratioCi)}`,
    });
  }
  return element(
    'ul',
    { class: 'figures' },
    ...all.map(({ number, what, detail }) =>
      element(
        'li',
        {},
        element('strong', {}, number),
        element('span', {}, what),
        element('span', { class: 'quiet' }, detail),
      ),
    ),
  );
}

function change(what: string, before: number, after: number, words: (count: number) => string): Figure {
  const [from, to] = fromTo(words(before), words(after));
  const share = after / before - 1;
  const sign = share > 0 ? '+' : '−';
  return { number: `${sign}${percent(Math.abs(share), 0)}`, what, detail: `${from} → ${to}` };
}
