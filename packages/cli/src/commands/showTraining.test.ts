import type { EpochEvent, StartEvent, StepEvent } from '@asfp/core';
import { expect, test } from 'vitest';
import { openTerminal } from '../terminal/terminal.ts';
import { showTraining } from './showTraining.ts';

const start: StartEvent = {
  type: 'start',
  backend: 'wasm',
  device: 'a processor, 2 threads',
  dataset: 'cifar10',
  datasetWhy: 'asked for by name',
  trainImages: 50_000,
  testImages: 10_000,
  params: 272_474,
  firstEpoch: 1,
};

const step = (epoch: number, number: number): StepEvent => ({
  type: 'step',
  epoch,
  epochs: 3,
  step: number,
  steps: 8,
  loss: 1.23456,
  imagesPerSecond: 1234.5,
});

const epoch = (number: number): EpochEvent => ({
  type: 'epoch',
  epoch: number,
  epochs: 3,
  learningRate: 0.1,
  loss: 0.98765,
  trainAccuracy: 0.5,
  accuracyBefore: 0.8123,
  accuracyAfter: 0.7,
  evalImages: 1000,
  rate: 0.2,
  zeroFilters: 61,
  totalFilters: 688,
  returnedFilters: 12,
  everReturned: 20,
  imagesPerSecond: 1204.4,
  seconds: 50,
});

/** What is written while time stands where the test puts it. */
function watch(isTTY: boolean): {
  show: ReturnType<typeof showTraining>;
  at: (ms: number) => void;
  text: () => string;
} {
  let now = 0;
  let text = '';
  const err = {
    isTTY,
    columns: 90,
    write: (written: string): void => {
      text += written;
    },
  };
  const clock = (): number => now;
  const terminal = openTerminal({ out: err, err }, false, clock);
  return {
    show: showTraining(terminal, clock),
    at: (ms) => {
      now = ms;
    },
    text: () => text,
  };
}

test('where somebody watches, each step is a bar that the next replaces, each epoch a row', () => {
  const { show, at, text } = watch(true);
  show(start);
  at(10_000);
  show(step(1, 2));
  at(50_000);
  show(epoch(1));
  at(60_000);
  show(step(2, 4));
  expect(text().replaceAll('\r\u001b[2K', '<')).toBe(
    [
      'data     cifar10: asked for by name',
      'backend  wasm (a processor, 2 threads)',
      'train    50,000 images, test 10,000, 272,474 parameters',
      // A quarter in 10 s: 40 s an epoch, of 120 s are 110 left.
      'epoch 1/3 ━━━─────────  25 %  loss 1.235  1,235 images/s  2 min left<  epoch    loss  accuracy  after pruning   pruned  came back  images/s    left',
      '    1/3  0.9877   81.23 %        70.00 %   8.87 %         12     1,204   2 min',
      'epoch 2/3 ━━━━━━──────  50 %  loss 1.235  1,235 images/s  90 s left',
    ].join('\n'),
  );
});

test('without a terminal there are the same rows, and of the steps a line in a minute', () => {
  const { show, at, text } = watch(false);
  show(start);
  for (let i = 1; i <= 8; i++) {
    at(i * 20_000);
    show(step(1, i));
  }
  show(epoch(1));
  expect(text().split('\n').slice(3)).toEqual([
    'epoch 1/3 ━━━━━───────  37 %  loss 1.235  1,235 images/s  7 min left',
    'epoch 1/3 ━━━━━━━━━───  75 %  loss 1.235  1,235 images/s  6 min left',
    '  epoch    loss  accuracy  after pruning   pruned  came back  images/s    left',
    '    1/3  0.9877   81.23 %        70.00 %   8.87 %         12     1,204   2 min',
    '',
  ]);
});
