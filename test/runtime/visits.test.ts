// Knows what a second visit needs, in a real Chromium: no download of weights, no choice of an engine, no network at all.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Runtime from '@asfp/edge-runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRuntimePages, type RuntimePages } from './openPage.ts';
import { tinyGraph, writeModel } from './testModels.ts';

/** In the page. */
declare const asfp: typeof Runtime;

let pages: RuntimePages;
beforeAll(async () => {
  pages = await openRuntimePages((folder) => writeModel(tinyGraph(), join(folder, 'tiny')));
});
afterAll(() => pages.close());

test('weights come once; the engine is remembered; offline all is there; a changed file is refused', async () => {
  const { page } = await pages.open();
  const asked: string[] = [];
  page.on('request', (request) => {
    const path = request.url().slice(pages.url.length);
    if (path.startsWith('run/')) asked.push(path);
  });
  const visit = (options: Runtime.OpenOptions = {}): Promise<string> =>
    page.evaluate(async (given) => {
      try {
        const session = await asfp.openModel('run/tiny/model.json', given);
        await session.run(new Float32Array(48));
        // Left open: the page's own files, the kernels among them, are the page's to keep for offline.
        return session.info.engineReason;
      } catch (error) {
        return (error as { code: string }).code;
      }
    }, options);
  expect(await visit()).toMatch(/^compiled \S+ ms a run here, which is fast enough to try no other$/);
  expect(await visit()).toMatch(/ \(remembered\)$/);
  // A worker finds what the page has kept.
  expect(await visit({ worker: true })).toMatch(/ \(remembered\)$/);
  expect(asked).toEqual([
    'run/tiny/model.json',
    'run/tiny/weights.bin',
    'run/tiny/model.json',
    'run/tiny/model.json',
  ]);
  await page.context().setOffline(true);
  expect(await visit()).toMatch(/ \(remembered\)$/);
  expect(await visit({ cache: false, engine: 'compiled' })).toBe('network');
  await page.context().setOffline(false);
  writeFileSync(join(pages.folder, 'tiny/weights.bin'), new Uint8Array(656));
  expect(await visit({ cache: false, engine: 'compiled' })).toMatch(/^shard-(hash|length)$/);
});
