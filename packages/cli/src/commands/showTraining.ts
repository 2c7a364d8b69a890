// Knows how a training run is shown in the terminal while it goes on.
import type { EpochEvent, RunEvent, StepEvent } from '@asfp/core';
import { count, percent } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Milliseconds since some moment. */
type Clock = () => number;

/** Shows the events of a run: a row for each epoch, under one head, and a passing line for each step. */
export function showTraining(
  terminal: Terminal,
  clock: Clock = () => performance.now(),
): (event: RunEvent | StepEvent) => void {
  const timeLeft = estimateTimeLeft(clock);
  let headed = false;
  return (event) => {
    const left = timeLeft(event);
    switch (event.type) {
      case 'start':
        terminal.log(`data     ${event.dataset}: ${event.datasetWhy}`);
        terminal.log(`backend  ${event.backend} (${event.device})`);
        terminal.log(
          `train    ${count(event.trainImages)} images, test ${count(event.testImages)}, ${count(event.params)} parameters` +
            (event.firstEpoch > 1 ? `; goes on with epoch ${event.firstEpoch}` : ''),
        );
        return;
      case 'step':
        terminal.progress(
          `epoch ${event.epoch}/${event.epochs} ${bar(event.step / event.steps)}  loss ${event.loss.toFixed(3)}  ` +
            `${count(event.imagesPerSecond)} images/s  ${left} left`,
        );
        return;
      case 'epoch':
        if (!headed) terminal.log(head);
        headed = true;
        terminal.log(row(event, left));
        return;
      case 'end':
        terminal.log(
          `test     ${percent(event.accuracy)} on all ${count(event.testImages)} test images, zeroed filters and all`,
        );
        terminal.log(
          `cost     ${count(event.macs.dense)} multiply-adds, ${percent(event.macs.pruned / event.macs.dense)} of them without the zeroed filters; ` +
            `as the paper counts ${percent(event.macs.paperPruned / event.macs.paperDense)}`,
        );
        return;
    }
  };
}

const head = '  epoch    loss  accuracy  after pruning   pruned  came back  images/s    left';

function row(event: EpochEvent, left: string): string {
  return [
    `${event.epoch}/${event.epochs}`.padStart(7),
    event.loss.toFixed(4).padStart(7),
    percent(event.accuracyBefore).padStart(9),
    percent(event.accuracyAfter).padStart(14),
    percent(event.zeroFilters / event.totalFilters).padStart(8),
    String(event.returnedFilters).padStart(10),
    count(event.imagesPerSecond).padStart(9),
    left.padStart(7),
  ].join(' ');
}

/** A bar of twelve characters and the share in percent. */
function bar(share: number): string {
  const full = Math.round(12 * share);
  return `${'━'.repeat(full)}${'─'.repeat(12 - full)} ${String(Math.floor(100 * share)).padStart(3)} %`;
}

/**
 * What is left of the run: as many epochs as are left, each as long as the last one, its evaluations and prune included; in the
 * first epoch, as long as the steps so far let it seem.
 */
function estimateTimeLeft(clock: Clock): (event: RunEvent | StepEvent) => string {
  let begun = clock();
  let epochMs: number | undefined;
  return (event) => {
    const inEpoch = clock() - begun;
    if (event.type === 'step') {
      const whole = epochMs ?? (inEpoch * event.steps) / event.step;
      return duration(Math.max(0, (event.epochs - event.epoch + 1) * whole - inEpoch));
    }
    begun = clock();
    if (event.type !== 'epoch') return '';
    epochMs = event.seconds * 1000;
    return duration((event.epochs - event.epoch) * epochMs);
  };
}

/** Milliseconds in one or two units: 45 s, 12 min, 3 h 20. */
function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')}`;
}
