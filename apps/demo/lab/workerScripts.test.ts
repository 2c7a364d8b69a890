// Knows that the scripts by which workers start are nobody's import: WebKit runs such a script twice.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildSite } from './buildSite.ts';

test('no script of the built pages imports a worker’s script', async () => {
  const assets = join(await buildSite(), 'assets');
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
  const workers = scripts.filter((name) => name.includes('.worker'));
  // A session's worker, and a thread's.
  expect(workers.length).toBeGreaterThanOrEqual(2);
  const imported = scripts.flatMap((name) =>
    [
      ...readFileSync(join(assets, name), 'utf8').matchAll(/(?:from|import)\s*\(?\s*["'`]([^"'`]+)["'`]/g),
    ].map(([, path = '']) => path),
  );
  expect(imported.some((path) => path.endsWith('.js'))).toBe(true);
  expect(imported.filter((path) => workers.some((worker) => path.endsWith(worker)))).toEqual([]);
});
