// Knows the one sentence on top: what both networks say, and which is faster.

import type { LabelScore } from '@asfp/edge-runtime';
import { ms as millisecondText, times as ratioText } from '../../report/numbers.ts';

/** What is known so far. */
export interface Findings {
  readonly dense: readonly LabelScore[] | null;
  readonly compact: readonly LabelScore[] | null;
  readonly times: {
    readonly denseMs: number;
    readonly compactMs: number;
    readonly ratio: number;
    readonly ratioCi: readonly [number, number];
  } | null;
}

/** The sentence; the page's title while nothing is known. */
export function verdict({ dense, compact, times }: Findings): string {
  const [a, b] = [dense?.[0]?.label, compact?.[0]?.label];
  if (a === undefined && b === undefined) return 'One picture, two networks';
  const said =
    a === undefined || b === undefined
      ? `The ${a === undefined ? 'compact' : 'dense'} network says “${a ?? b}”.`
      : a === b
        ? `Both networks say “${a}”.`
        : `The dense network says “${a}”, the compact one “${b}”.`;
  return times === null ? said : `${said} ${speed(times)}`;
}

function speed({ denseMs, compactMs, ratio, ratioCi }: NonNullable<Findings['times']>): string {
  const [fast, slow] = [millisecondText(compactMs), millisecondText(denseMs)];
  if (ratioCi[0] <= 1 && 1 <= ratioCi[1])
    return `Their times cannot be told apart here: ${slow} and ${fast}.`;
  const both = `${fast} instead of ${slow}`;
  return ratio > 1
    ? `The compact one is ${ratioText(ratio)} faster here: ${both}.`
    : `The compact one is slower here: ${both}.`;
}
