// Knows which epochs are hard: those at the end of a run in which zeroed filters stay zero.
import type { RunSettings } from '@asfp/core';

/** The number of epochs after which a prune may still choose; at least one, and all without hardening. */
export function softEpochs({ epochs, harden }: Pick<RunSettings, 'epochs' | 'harden'>): number {
  return Math.max(1, epochs - Math.round(harden * epochs));
}
