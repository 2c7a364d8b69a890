// Knows what the sentence claims, and what it must not claim.
import type { EndEvent, EpochEvent, LatencyReport } from '@asfp/core';
import { expect, test } from 'vitest';
import type { ReportParts } from './reportParts.ts';
import { resultSentence } from './resultSentence.ts';
import { deepParts, sampleParts } from './testing/sampleParts.ts';

const { compactReport, latencyReport, events } = sampleParts;
const last = events.at(-2) as EpochEvent;
const end = events.at(-1) as EndEvent;

const sentence = (parts: ReportParts): string => resultSentence(parts).replace(/[\u00a0\u202f]/g, ' ');

function withRatio(ratio: number, ratioCi: readonly [number, number]): LatencyReport {
  const [one] = latencyReport.comparisons;
  return {
    ...latencyReport,
    comparisons: [{ a: one?.a ?? '', b: 'compact@tfjs-wasm', ratio, ratioCi }],
  };
}

test('all parts', () => {
  expect(sentence(sampleParts)).toBe(
    '58 % fewer multiply-adds, 53 % smaller, 2.5× faster than the dense model as users run it today ' +
      '(tf.loadLayersModel on wasm), 86.5 % of the 10 000 test images right.',
  );
});

test('nothing, and each part alone', () => {
  expect(sentence({})).toBe('Nothing has been measured yet.');
  expect(sentence({ settings: sampleParts.settings })).toBe('Nothing has been measured yet.');
  expect(sentence({ compactReport })).toBe('58 % fewer multiply-adds, 53 % smaller.');
  expect(sentence({ events })).toBe('86.5 % of the 10 000 test images right.');
  expect(sentence({ latencyReport })).toBe(
    '2.5× faster than the dense model as users run it today (tf.loadLayersModel on wasm).',
  );
});

test('points of accuracy are claimed only where both were counted on the same images', () => {
  const before = (accuracyBefore: number): string =>
    sentence({ events: [{ ...last, accuracyBefore, evalImages: end.testImages }, end] });
  expect(before(0.8675)).toBe(
    '86.5 % of the 10 000 test images right, 0.2 points less than before the last prune.',
  );
  expect(before(0.8612)).toBe(
    '86.5 % of the 10 000 test images right, 0.4 points more than before the last prune.',
  );
  expect(before(0.8653)).toBe('86.5 % of the 10 000 test images right, as many as before the last prune.');
});

test('speed is claimed only where the interval of the ratio leaves out 1', () => {
  const rival = 'the dense model as users run it today (tf.loadLayersModel on wasm)';
  expect(sentence({ latencyReport: withRatio(1.05, [0.99, 1.12]) })).toBe(
    `No measurable difference in speed against ${rival}.`,
  );
  expect(sentence({ latencyReport: withRatio(0.8, [0.75, 0.86]) })).toBe(`1.3× slower than ${rival}.`);
});

test('our own engine has its figure beside that of plain tfjs, where it was measured', () => {
  const [one] = latencyReport.subjects.filter(
    ({ model, engine }) => model === 'compact' && engine === 'tfjs-wasm',
  );
  const compiled = { ...(one as NonNullable<typeof one>), engine: 'compiled', engineUsed: 'compiled' };
  const measured: LatencyReport = {
    ...latencyReport,
    subjects: [...latencyReport.subjects, compiled],
    comparisons: [
      ...latencyReport.comparisons,
      { a: 'dense@tfjs-layers-wasm', b: 'compact@compiled', ratio: 6.41, ratioCi: [6.3, 6.5] },
    ],
  };
  expect(sentence({ latencyReport: measured })).toBe(
    '2.5× faster than the dense model as users run it today (tf.loadLayersModel on wasm) and 6.4× faster on the compiled engine.',
  );
});

test('a comparison the other way round is turned', () => {
  const turned = {
    ...latencyReport,
    comparisons: [
      { a: 'compact@tfjs-wasm', b: 'dense@tfjs-layers-wasm', ratio: 0.4, ratioCi: [0.38, 0.42] as const },
    ],
  };
  expect(sentence({ latencyReport: turned })).toBe(
    '2.5× faster than the dense model as users run it today (tf.loadLayersModel on wasm).',
  );
});

test('software GL supports no claim, a GPU does', () => {
  const onlyGl: LatencyReport = {
    ...latencyReport,
    subjects: latencyReport.subjects.slice(3),
    comparisons: [{ a: 'dense@tfjs-webgl', b: 'compact@tfjs-webgl', ratio: 2, ratioCi: [1.9, 2.1] }],
  };
  expect(sentence({ latencyReport: onlyGl })).toBe('Nothing has been measured yet.');
  const onGpu = { ...onlyGl, environment: { ...onlyGl.environment, softwareGl: false } };
  expect(sentence({ latencyReport: onGpu })).toBe('2.0× faster than the dense model on tfjs-webgl.');
});

test('a failed proof is said in the same breath, and a failed engine is never a rival', () => {
  expect(sentence(deepParts)).toBe(
    '58 % fewer multiply-adds, 53 % smaller, 4.71 ms for the dense model as users run it ' +
      'today (tf.loadLayersModel on wasm). The proof failed: the compact model does not answer as ' +
      'the dense one does.',
  );
});

test('other models are named', () => {
  const [dense, , compact] = latencyReport.subjects;
  if (dense === undefined || compact === undefined) throw new Error('the sample lost its subjects');
  const bench: LatencyReport = {
    ...latencyReport,
    subjects: [
      { ...dense, model: 'a', engine: 'tfjs-wasm' },
      { ...compact, model: 'b' },
    ],
    comparisons: [{ a: 'a@tfjs-wasm', b: 'b@tfjs-wasm', ratio: 1.5, ratioCi: [1.4, 1.6] }],
  };
  expect(sentence({ latencyReport: bench })).toBe(
    '1.5× faster with b on tfjs-wasm than with a on tfjs-wasm.',
  );
});

test('a network that did not shrink is no smaller', () => {
  const { before } = compactReport;
  const after = { ...before, bytes: before.bytes + 3031 };
  expect(sentence({ compactReport: { ...compactReport, after } })).toBe(
    'As many multiply-adds, 1.0 % larger.',
  );
});
