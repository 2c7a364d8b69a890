// Knows whether sharing a program's runs among threads pays: on a machine that does much else, threads wait for each other.
import { median } from '@asfp/core';

/** Judges by the times of runs. */
export interface ShareTrial {
  /** Whether to share the next run. */
  share(): boolean;
  /** What that run took, milliseconds. */
  record(ms: number): void;
}

/** Runs of each kind that are compared, in turns, so that a machine that grows busy or warm does so for both. */
const COMPARED = 8;

/** Runs from one comparison to the next: the slower kind is then less than one run in twenty. */
const VALID = 256;

/** Shares every other run at first, then those until the next comparison or none of them, by the medians. */
export function shareTrial(): ShareTrial {
  let times: [shared: number[], alone: number[]] = [[], []];
  let run = 0;
  let pays = true;
  return {
    share: () => (run < 2 * COMPARED ? run % 2 === 0 : pays),
    record(ms) {
      if (run < 2 * COMPARED) times[run % 2]?.push(ms);
      run++;
      if (run === 2 * COMPARED) pays = median(times[0]) < median(times[1]);
      if (run < VALID) return;
      run = 0;
      times = [[], []];
    },
  };
}
