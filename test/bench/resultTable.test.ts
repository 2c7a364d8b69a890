import type { CompactReport, RunEvent, RunSettings } from '@asfp/core';
import { expect, test } from 'vitest';
import { resultRow, resultTable } from './resultTable.ts';

const run = {
  name: 'sfp-2',
  settings: {
    ...{ schedule: 'constant', epochs: 20, seed: 2, rate: 0.4, clipRatio: 0.1, harden: 0 },
    ...{ coupling: 'independent', evalLimit: 2000 },
  } as RunSettings,
  report: { before: { macs: 40e6 }, after: { macs: 20e6 } } as CompactReport,
  events: [
    { type: 'start', backend: 'wasm', device: 'some core, one thread' },
    { type: 'epoch', epoch: 20, everReturned: 3, totalFilters: 688 },
    { type: 'end', accuracy: 0.8765, macs: { paperDense: 40e6, paperPruned: 18e6 } },
  ] as unknown as RunEvent[],
  accuracy: 0.8764,
};

test('a row says what a run reached, and the command that made it', () => {
  const table = resultTable([resultRow(run)]);
  expect(table).toContain(
    '| [sfp-2](results/sfp-2) | 2 | 87.65 % | 87.64 % | 40.00 M → 20.00 M (−50.0 %) | −55.0 % | 3 of 688 | wasm, some core, one thread |',
  );
  expect(table).toContain(
    'asfp train --preset sfp-cifar10 --epochs 20 --clip-ratio 0.1 --eval-limit 2000 --seed 2 --dataset folder --data cifar10-jpeg',
  );
});

test('a run that has not ended has no row', () => {
  expect(() => resultRow({ ...run, events: run.events.slice(0, 2) })).toThrow('sfp-2 has not ended');
});
