// Knows what a user may ask of a cut besides that it is exact.

/** How the constants of removed channels go on: exactly, into biases even where the padding shows, or not at all. */
export type ConstantsMode = 'exact' | 'fold' | 'keep';

/** What a cut is told. */
export interface CutOptions {
  /** With `keep`, a channel goes only where nothing else changes: one that is zero, or that nobody reads. */
  readonly constants?: ConstantsMode;
  /** Layers keep a multiple of this many filters, where they had so many. */
  readonly multipleOf?: number;
}
