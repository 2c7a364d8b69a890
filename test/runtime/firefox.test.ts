// Knows that sessions do in Firefox what they do in Chromium, where there is a Firefox.
import { join } from 'node:path';
import { firefoxAsked } from '@asfp/demo/lab';
import type * as Runtime from '@asfp/edge-runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRuntimePages, type RuntimePages } from './openPage.ts';
import { tinyAnswer, tinyGraph, writeModel } from './testModels.ts';

/** In the page. */
declare const asfp: typeof Runtime;

const path = firefoxAsked('firefox')?.path;
const found = path === undefined ? [] : [path];
const presence = path === undefined ? 'not run: Firefox (none on the PATH)' : 'Firefox is there';
test.each([presence])('%s', () => {
  expect(presence.startsWith('not run')).toBe(found.length === 0);
});

const numbers = Array.from({ length: 96 }, (_, i) => Math.sin(i));

let pages: RuntimePages | undefined;
beforeAll(async () => {
  if (path !== undefined)
    pages = await openRuntimePages((folder) => writeModel(tinyGraph(), join(folder, 'tiny')), path);
});
afterAll(() => pages?.close());

// On the page alone: driven by Playwright, Firefox sometimes never starts a worker's own workers, as it does by itself.
test.each(found)('%s: engines answer right, with threads that run', async () => {
  const { page, complaints } = await (pages as RuntimePages).open();
  const seen = await page.evaluate(async (values) => {
    const opened = [];
    for (const engine of ['auto', 'compiled', 'tfjs-wasm'] as const) {
      const session = await asfp.openModel('run/tiny/model.json', { engine, threads: 2 });
      const answer = [...(await session.run(Float32Array.from(values), { batch: 2 }))];
      opened.push({ used: session.info.engineUsed, threads: session.info.threads, answer });
      await session.dispose();
    }
    return { opened, userAgent: navigator.userAgent, isolated: crossOriginIsolated };
  }, numbers);
  expect(seen.userAgent).toContain('Firefox/');
  expect(seen.isolated).toBe(true);
  expect(seen.opened.map(({ used }) => used)).toEqual(['compiled', 'compiled', 'tfjs-wasm']);
  expect(seen.opened.slice(0, 2).map(({ threads }) => threads)).toEqual([2, 2]);
  const right = tinyAnswer(numbers);
  for (const { answer } of seen.opened)
    expect(Math.max(...answer.map((value, i) => Math.abs(value - (right[i] as number))))).toBeLessThan(1e-5);
  expect(complaints).toEqual([]);
});

test.each(found)('%s: an engine that it lacks is refused by name', async () => {
  const { page } = await (pages as RuntimePages).open();
  const codes = await page.evaluate(async () => {
    const ends = (['tfjs-webgl', 'tfjs-webgpu'] as const).map((engine) =>
      asfp.openModel('run/tiny/model.json', { engine, allowSoftwareGl: true }).then(
        ({ info }) => info.engineUsed as string,
        (error: unknown) => (error as { code: string }).code,
      ),
    );
    return Promise.all(ends);
  });
  expect(['tfjs-webgl', 'webgl-unavailable']).toContain(codes[0]);
  expect(['tfjs-webgpu', 'webgpu-unavailable']).toContain(codes[1]);
});
