// Knows the sentence on top for every state of knowledge.
import { expect, test } from 'vitest';
import { type Findings, verdict } from './verdict.ts';

const says = (label: string): Findings['dense'] => [{ index: 0, label, probability: 0.9 }];
const times = (ratio: number, ratioCi: readonly [number, number]): Findings['times'] => ({
  denseMs: 6.42,
  compactMs: 6.42 / ratio,
  ratio,
  ratioCi,
});
const sentence = (findings: Findings): string => verdict(findings).replaceAll(/[\u00a0\u202f]/g, ' ');

test.each<[Findings, string]>([
  [{ dense: null, compact: null, times: null }, 'One picture, two networks'],
  [{ dense: says('boot'), compact: null, times: null }, 'The dense network says “boot”.'],
  [{ dense: null, compact: says('boot'), times: null }, 'The compact network says “boot”.'],
  [{ dense: says('boot'), compact: says('boot'), times: null }, 'Both networks say “boot”.'],
  [
    { dense: says('boot'), compact: says('bag'), times: times(2, [1.9, 2.1]) },
    'The dense network says “boot”, the compact one “bag”. The compact one is 2.0× faster here: 3.21 ms instead of 6.42 ms.',
  ],
  [
    { dense: says('boot'), compact: says('boot'), times: times(1.02, [0.97, 1.08]) },
    'Both networks say “boot”. Their times cannot be told apart here: 6.42 ms and 6.29 ms.',
  ],
  [
    { dense: says('boot'), compact: says('boot'), times: times(0.5, [0.45, 0.55]) },
    'Both networks say “boot”. The compact one is slower here: 12.8 ms instead of 6.42 ms.',
  ],
])('case %#', (findings, expected) => {
  expect(sentence(findings)).toBe(expected);
});
