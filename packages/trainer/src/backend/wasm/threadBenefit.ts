// Knows when sharing work among threads costs more than it gives: on a machine that does much else, the others are waited for.

/** Judges, round after round, whether the next one shall be shared. */
export interface ThreadBenefit {
  /** Whether to share the next round. */
  share(): boolean;
  /** What a shared round took, in any unit: this thread's own work, then waiting for the others. */
  record(work: number, wait: number): void;
}

/** Waiting up to this share of the own work still saves time: two threads halve the work. */
const TOLERATED = 0.6;
/** How fast older rounds are forgotten: twenty rounds count, about a tenth of a training step. */
const MEMORY = 0.95;
/** Shared rounds before the first verdict. */
const TRIAL = 20;
/** Rounds alone after a verdict against sharing, the first time and at most. */
const PAUSE = { first: 500, most: 8000 };

/** Begins by sharing; goes alone for a while when the waiting exceeds what is tolerated, longer each time in a row. */
export function threadBenefit(): ThreadBenefit {
  let [work, wait, shared, alone] = [0, 0, 0, 0];
  let pause: number = PAUSE.first;
  return {
    share() {
      if (alone === 0) return true;
      alone--;
      return false;
    },
    record(ownWork, waiting) {
      work = work * MEMORY + ownWork;
      wait = wait * MEMORY + waiting;
      shared++;
      if (shared < TRIAL) return;
      if (wait <= work * TOLERATED) {
        if (shared > 10 * TRIAL) pause = PAUSE.first;
        return;
      }
      alone = pause;
      pause = Math.min(2 * pause, PAUSE.most);
      [work, wait, shared] = [0, 0, 0];
    },
  };
}
