// Knows that the compiled engine's threads run in a real page, and that a page which is not isolated does without.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rngFromSeed } from '@asfp/core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LabApi, LabRequest, LabResult } from '../src/lab/labApi.ts';
import { buildSite } from './buildSite.ts';
import { launchBrowser } from './launchBrowser.ts';
import { type SiteServer, serveSite } from './serveSite.ts';
import { tinyAnswer, tinyInputSize, writeTinyGraph } from './tinyModels.ts';

let browser: Browser;
let folder = '';
let server: SiteServer;
beforeAll(async () => {
  browser = await launchBrowser();
  folder = mkdtempSync(join(tmpdir(), 'asfp-threads-'));
  writeTinyGraph(folder, 'compact');
  server = await serveSite({ site: await buildSite(), folder });
});
afterAll(async () => {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** So many pictures that the tiny convolution is worth being shared. */
const BATCH = 1024;

/** Sums of at most 27 products of float32, then a softmax: relative rounding stays below 64 units in the last place. */
const TOLERANCE = 64 * 2 ** -24;

/**
 * In the page's own thread: a run that is open is waited for as soon as the others are woken, so that they alone do it. Of a
 * program's words (takeChunks.ts), the first counts runs, the one at 16 the chunks that are done; 48 and 16 for each chunk.
 */
const leaveItToOthers = `
  const { add, notify, load } = Atomics;
  let words;
  globalThis.doneByOthers = 0;
  Atomics.add = (array, at, count) => {
    if (array.length > 48 && at === 0) words = array;
    return add(array, at, count);
  };
  const chunksLeft = () => load(words, 0) * (words.length - 48) / 16 - load(words, 16);
  Atomics.notify = (array, at) => {
    const woken = notify(array, at);
    const start = performance.now();
    while (words && chunksLeft() > 0) {
      if (performance.now() - start > 20000) throw new Error('nobody else runs');
      globalThis.doneByOthers++;
    }
    return woken;
  };
`;

interface Seen {
  readonly result: LabResult;
  readonly isolated: boolean;
  readonly waited: number;
  readonly workers: readonly string[];
  readonly asked: readonly string[];
}

/** Measures the tiny network in a page of its own. */
async function measure(isolated: boolean, threads: number | null): Promise<Seen> {
  const page = await browser.newPage();
  const workers: string[] = [];
  page.on('worker', (worker) => workers.push(worker.url()));
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  if (isolated) await page.addInitScript(leaveItToOthers);
  else {
    await page.route('**/*', async (route) => {
      const response = await route.fetch();
      const headers = Object.entries(response.headers()).filter(
        ([name]) => !name.startsWith('cross-origin-'),
      );
      await route.fulfill({ response, headers: Object.fromEntries(headers) });
    });
  }
  await page.goto(`${server.url}lab.html`);
  await page.waitForFunction('window.asfpLab !== undefined');
  const rng = rngFromSeed(3);
  const input = Array.from({ length: BATCH * tinyInputSize }, () => rng.normal());
  const request: LabRequest = {
    subjects: [
      {
        ...{
          model: 'compact',
          url: `${server.url}run/compact/model.json`,
          format: 'graph',
          engine: 'compiled',
        },
        batch: BATCH,
      },
    ],
    ...{ budgetMs: 200, threads, seed: 1, reference: { inputs: [input], outputs: [tinyAnswer(input)] } },
  };
  interface PageGlobals {
    readonly asfpLab: LabApi;
    readonly crossOriginIsolated: boolean;
    readonly doneByOthers?: number;
  }
  const seen = await page.evaluate(async (wanted) => {
    const globals = globalThis as unknown as PageGlobals;
    const result = await globals.asfpLab.measure(wanted);
    return { result, isolated: globals.crossOriginIsolated, waited: globals.doneByOthers ?? 0 };
  }, request);
  // The lab has given its model back, and with the last model the threads end.
  await expect.poll(() => page.workers().length, { timeout: 20_000 }).toBe(0);
  await page.close();
  return { ...seen, workers, asked };
}

test('in an isolated page others do the work, and the answer is right', async () => {
  const { result, isolated, waited, workers, asked } = await measure(true, 2);
  const [subject] = result.report.subjects;
  expect(subject?.error).toBeUndefined();
  expect(isolated).toBe(true);
  expect(subject).toMatchObject({ engineUsed: 'compiled', threads: 2 });
  expect(workers).toHaveLength(1);
  expect(workers[0]).toContain('kernelThread');
  expect(asked.filter((url) => url.includes('startThreads'))).toHaveLength(1);
  expect(waited).toBeGreaterThan(0);
  expect(subject?.maxAbsError).toBeLessThan(TOLERANCE);
});

test('in a page that is not isolated there is one thread, whatever was asked, and no code of threads comes', async () => {
  const { result, isolated, workers, asked } = await measure(false, 2);
  const [subject] = result.report.subjects;
  expect(isolated).toBe(false);
  expect(subject).toMatchObject({ engineUsed: 'compiled', threads: 1 });
  expect(workers).toEqual([]);
  expect(asked.filter((url) => /[tT]hread/.test(url))).toEqual([]);
  expect(subject?.maxAbsError).toBeLessThan(TOLERANCE);
});
