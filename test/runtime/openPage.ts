// Knows how the page under test is built, served beside a folder of models, and opened in a browser.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchBrowser, type SiteServer, serveSite } from '@asfp/demo/lab';
import type { Browser, Page } from 'playwright-core';
import { build, defaultClientConditions } from 'vite';

/** A browser and a server for the tests of one file. */
export interface RuntimePages {
  /** Where models are written, served at `run/`. */
  readonly folder: string;
  readonly url: string;
  readonly browser: Browser;
  /** A fresh page in a fresh profile; what it complains of is collected. */
  open(
    prepare?: (page: Page) => Promise<unknown>,
  ): Promise<{ readonly page: Page; readonly complaints: string[] }>;
  close(): Promise<void>;
}

/** Builds the page and starts a browser, a Chromium with software GL if none is named; `write` fills the folder of models. */
export async function openRuntimePages(
  write: (folder: string) => void,
  named?: string,
): Promise<RuntimePages> {
  const site = mkdtempSync(join(tmpdir(), 'asfp-runtime-page-'));
  const folder = mkdtempSync(join(tmpdir(), 'asfp-runtime-models-'));
  write(folder);
  await build({
    root: fileURLToPath(new URL('page', import.meta.url)),
    configFile: false,
    base: './',
    logLevel: 'silent',
    resolve: { conditions: ['dev', ...defaultClientConditions] },
    worker: { format: 'es' },
    build: { outDir: site, emptyOutDir: true, target: 'es2022', minify: false },
  });
  const server: SiteServer = await serveSite({ site, folder });
  const browser = await launchBrowser(named, [
    '--use-angle=swiftshader',
    '--autoplay-policy=no-user-gesture-required',
  ]);
  return {
    folder,
    url: server.url,
    browser,
    open: async (prepare) => {
      const page = await (await browser.newContext()).newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => complaints.push(message.text()));
      await prepare?.(page);
      await page.goto(server.url);
      await page.waitForFunction('globalThis.asfp !== undefined');
      return { page, complaints };
    },
    close: async () => {
      await browser.close();
      await server.close();
      for (const each of [site, folder]) rmSync(each, { recursive: true, force: true });
    },
  };
}
