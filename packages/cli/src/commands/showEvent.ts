// Knows how a training run is shown in the terminal while it goes on.
import type { RunEvent, StepEvent } from '@asfp/core';
import { count, percent } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Shows one event: a line for an epoch, a passing line for a step. */
export function showEvent(event: RunEvent | StepEvent, terminal: Terminal): void {
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
        `epoch ${event.epoch}  step ${event.step}/${event.steps}  loss ${event.loss.toFixed(3)}  ${event.imagesPerSecond.toFixed(0)} images/s`,
      );
      return;
    case 'epoch':
      terminal.log(
        `epoch ${String(event.epoch).padStart(String(event.epochs).length)}/${event.epochs}  loss ${event.loss.toFixed(3)}  ` +
          `accuracy ${percent(event.accuracyBefore)} → ${percent(event.accuracyAfter)} after pruning  ` +
          `rate ${event.rate.toFixed(3)}  zero ${event.zeroFilters}/${event.totalFilters}  ` +
          `${event.returnedFilters} came back  ${event.imagesPerSecond.toFixed(0)} images/s  ${event.seconds.toFixed(0)} s`,
      );
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
}
