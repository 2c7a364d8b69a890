// Knows which sources the built pages come from, and a short name for their present state.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What the pages are made of, below the repository's root. */
const SOURCES = [
  'apps/demo/src',
  'apps/demo/report/numbers.ts',
  'apps/demo/report/ticks.ts',
  'apps/demo/report/tokens.ts',
  'apps/demo/models',
  'apps/demo/index.html',
  'apps/demo/lab.html',
  'apps/demo/vite.config.ts',
  'apps/demo/package.json',
  'packages/edge-runtime/src',
  'packages/edge-runtime/package.json',
  'packages/kernels/src',
  'packages/kernels/wasm',
  'packages/kernels/package.json',
  'packages/core/src',
  'packages/core/package.json',
  'pnpm-lock.yaml',
];

/** A hash of all sources, tests left out: pages that were built under the same stamp are up to date. */
export function siteStamp(root: string, sources: readonly string[] = SOURCES): string {
  const hash = createHash('sha256');
  for (const path of sources.flatMap((source) => filesBelow(join(root, source))).sort()) {
    hash.update(`${relative(root, path)}\0`);
    hash.update(createHash('sha256').update(readFileSync(path)).digest());
  }
  return hash.digest('hex').slice(0, 16);
}

function filesBelow(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
      if (entry.isDirectory()) return filesBelow(join(path, entry.name));
      return /\.test\.ts$/.test(entry.name) ? [] : [join(path, entry.name)];
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [path];
    throw error;
  }
}
