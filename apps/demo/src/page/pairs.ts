// Knows which networks the page has at hand: those of the run that is served beside it, and those that come with the page.
import { isRecord } from '@asfp/core';
import { type RunIndex, readJson, runUrl } from './runFolder.ts';

/** A dense and a compact network, and what belongs to them; addresses are absolute, absent where there is no such file. */
export interface Pair {
  readonly title: string;
  readonly dense?: string;
  readonly compact?: string;
  readonly pictures?: string;
  readonly compactReport?: string;
  readonly report?: string;
}

/** What a pair may name, in `models/manifest.json` and in a run's index alike. */
const PARTS = ['dense', 'compact', 'pictures', 'compactReport', 'report'] as const;

/** The pair of a run folder; none where the server has no run. */
export function pairOfRun(index: RunIndex): Pair | undefined {
  if (index.dense === undefined && index.compact === undefined) return undefined;
  return { title: 'This run', ...placed(index, runUrl) };
}

/** The pairs that come with the page: `models/manifest.json`, whose paths are relative to it. */
export async function readPairs(): Promise<Pair[]> {
  const manifest = new URL('models/manifest.json', location.href).href;
  const file = await readJson(manifest);
  const pairs = isManifest(file) ? file.pairs : [];
  return pairs.flatMap((pair) => {
    const parts = placed(pair, (path) => new URL(path, manifest).href);
    const { title } = pair;
    return typeof title === 'string' && (parts.dense ?? parts.compact) ? [{ title, ...parts }] : [];
  });
}

function placed(paths: object, address: (path: string) => string): Omit<Pair, 'title'> {
  const named = paths as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    PARTS.flatMap((part) => {
      const path = named[part];
      return typeof path === 'string' ? [[part, address(path)]] : [];
    }),
  );
}

function isManifest(value: unknown): value is { readonly pairs: readonly { readonly title?: unknown }[] } {
  if (!isRecord(value) || value['format'] !== 'asfp.demo-models/1') return false;
  const { pairs } = value;
  return Array.isArray(pairs) && pairs.every(isRecord);
}
