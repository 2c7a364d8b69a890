// Knows how to have the pages built: once for each state of their sources.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AsfpError, describeError } from '@asfp/core';
import { siteStamp } from './siteStamp.ts';

const DEMO = fileURLToPath(new URL('..', import.meta.url));
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * The folder of the built pages; builds them when there are none of the present sources. Throws an AsfpError with
 * the bundler's reason.
 */
export async function buildSite(): Promise<string> {
  // The built command has its pages beside it.
  if (!import.meta.url.endsWith('.ts')) return fileURLToPath(new URL('./site', import.meta.url));
  const dist = join(DEMO, 'dist');
  const name = `lab-${siteStamp(ROOT)}`;
  const site = join(dist, name);
  if (existsSync(site)) return site;
  // Built aside and renamed, so that a second process never serves half of it.
  const aside = join(dist, `.building-${process.pid}`);
  mkdirSync(dist, { recursive: true });
  try {
    const { build } = await import('vite');
    await build({
      configFile: join(DEMO, 'vite.config.ts'),
      logLevel: 'silent',
      build: { outDir: aside },
    });
    renameSync(aside, site);
  } catch (cause) {
    // Another process may have been quicker with the same pages.
    if (existsSync(site)) return site;
    throw new AsfpError(
      { code: 'build-site', where: 'apps/demo', expected: 'pages that build', found: describeError(cause) },
      { cause },
    );
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  removeOthers(dist, name);
  return site;
}

function removeOthers(dist: string, keep: string): void {
  for (const entry of readdirSync(dist)) {
    if (entry.startsWith('lab-') && entry !== keep)
      rmSync(join(dist, entry), { recursive: true, force: true });
  }
}
