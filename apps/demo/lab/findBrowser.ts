// Knows whether this machine has a browser for the lab, and which engines run in it.
import { describeError } from '@asfp/core';
import type { EngineProbe } from '../src/lab/labApi.ts';
import { askLabPage } from './askLabPage.ts';
import { buildSite } from './buildSite.ts';
import { findChromium } from './findChromium.mjs';
import { launchBrowser } from './launchBrowser.ts';
import { serveSite } from './serveSite.ts';

/** A browser that works, or why there is none. */
export type BrowserFound =
  | { readonly path: string; readonly version: string; readonly engines: readonly EngineProbe[] }
  | { readonly reason: string; readonly cure: string };

const CURE = 'Install Chromium or Chrome (Debian: apt-get install chromium), or set CHROMIUM_PATH';

/** Looks for a browser, starts it and every engine in it; never throws. */
export async function findBrowser(): Promise<BrowserFound> {
  try {
    const path = findChromium()?.path;
    if (path === undefined) return { reason: 'no Chromium or Chrome was found', cure: CURE };
    const site = await buildSite();
    const browser = await launchBrowser(path);
    const server = await serveSite({ site, folder: undefined });
    try {
      const engines = await askLabPage(browser, server.url, 'probe');
      return { path, version: `Chromium ${browser.version()}`, engines };
    } finally {
      await browser.close();
      await server.close();
    }
  } catch (error) {
    return { reason: describeError(error), cure: CURE };
  }
}
