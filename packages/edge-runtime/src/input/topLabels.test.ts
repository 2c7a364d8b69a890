// Knows how scores become labels.
import { expect, test } from 'vitest';
import { endsInSoftmax, topLabels } from './topLabels.ts';

test('probabilities are sorted and cut; a class without a label gets its number', () => {
  const scores = Float32Array.of(0.1, 0.6, 0.3);
  const top = topLabels(scores, ['cat', 'dog'], { top: 2, areProbabilities: true });
  expect(top.map(({ index, label }) => [index, label])).toEqual([
    [1, 'dog'],
    [2, 'class 2'],
  ]);
  expect(top[0]?.probability).toBeCloseTo(0.6, 6);
});

test('raw scores go through a softmax that large scores do not overflow', () => {
  const [first, second] = topLabels([1000, 1000 + Math.log(3)], ['a', 'b'], { areProbabilities: false });
  expect(first).toMatchObject({ label: 'b' });
  expect(first?.probability).toBeCloseTo(0.75, 12);
  expect(second?.probability).toBeCloseTo(0.25, 12);
});

test('a softmax is found behind identities, and only there', () => {
  const nodes = [
    { name: 'scores', op: 'BiasAdd', input: ['x', 'b'] },
    { name: 'soft', op: 'Softmax', input: ['scores'] },
    { name: 'out', op: 'Identity', input: ['soft:0'] },
    { name: 'round', op: 'Identity', input: ['round'] },
  ];
  expect(endsInSoftmax(nodes, 'out:0')).toBe(true);
  expect(endsInSoftmax(nodes, 'scores')).toBe(false);
  expect(endsInSoftmax(nodes, 'round')).toBe(false);
  expect(endsInSoftmax(nodes, 'nowhere')).toBe(false);
});
