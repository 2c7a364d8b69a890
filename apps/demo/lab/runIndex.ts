// Knows which files of a run folder the page asks for (`run/index.json`).
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What a page finds in a run folder; paths are relative to it, absent where the folder has no such file. */
export interface RunIndex {
  readonly dense?: string;
  readonly compact?: string;
  readonly pictures?: string;
  readonly compactReport?: string;
  readonly report?: string;
}

const PLACES: readonly (readonly [keyof RunIndex, string])[] = [
  ['dense', 'dense-graph/model.json'],
  ['compact', 'compact/model.json'],
  ['pictures', 'pictures.json'],
  ['compactReport', 'compact-report.json'],
  ['report', 'report.html'],
];

/** The index of a folder, from the files that are there. */
export function runIndex(folder: string): RunIndex {
  return Object.fromEntries(PLACES.filter(([, path]) => existsSync(join(folder, path))));
}
