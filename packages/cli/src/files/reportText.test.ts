import type { CompactReport } from '@asfp/core';
import { expect, test } from 'vitest';
import { reportText } from './reportText.ts';

test('lists of numbers stay on a line, whatever else is in the report', () => {
  const report = {
    layers: [{ name: 'a [1,  2]', keepSet: { inputs: [0, 1], filters: [] } }, { name: 'b' }],
    shapes: { image: [1, -2.5e-7] },
    notes: ['[3, 4]'],
  } as unknown as CompactReport;
  const text = reportText(report);
  expect(JSON.parse(text)).toEqual(report);
  expect(text).toContain('"inputs": [0, 1],');
  expect(text).toContain('"image": [1, -2.5e-7]');
});
