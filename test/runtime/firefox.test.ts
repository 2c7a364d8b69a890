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
const presence = path === undefined ? 'not run: Firefox (none on the PATH)' : 'Firefox is there';
test.each([presence])('%s', () => {
  expect(presence.startsWith('not run')).toBe(path === undefined);
});

const numbers = Array.from({ length: 96 }, (_, i) => Math.sin(i));

if (path !== undefined) {
  let pages: RuntimePages;
  beforeAll(async () => {
    pages = await openRuntimePages((folder) => writeModel(tinyGraph(), join(folder, 'tiny')), path);
  });
  afterAll(() => pages.close());

  // On the page alone: driven by Playwright, Firefox sometimes never starts a worker's own workers, as it does by itself.
  test('engines answer right, with threads that run', async () => {
    const { page, complaints } = await pages.open();
    const found = await page.evaluate(async (values) => {
      const opened = [];
      for (const engine of ['auto', 'compiled', 'tfjs-wasm'] as const) {
        const session = await asfp.openModel('run/tiny/model.json', { engine, threads: 2 });
        const answer = [...(await session.run(Float32Array.from(values), { batch: 2 }))];
        opened.push({ used: session.info.engineUsed, threads: session.info.threads, answer });
        await session.dispose();
      }
      return { opened, userAgent: navigator.userAgent, isolated: crossOriginIsolated };
    }, numbers);
    expect(found.userAgent).toContain('Firefox/');
    expect(found.isolated).toBe(true);
    expect(found.opened.map(({ used }) => used)).toEqual(['compiled', 'compiled', 'tfjs-wasm']);
    for (const { used, threads } of found.opened) if (used === 'compiled') expect(threads).toBe(2);
    const right = tinyAnswer(numbers);
    for (const { answer } of found.opened)
      expect(Math.max(...answer.map((value, i) => Math.abs(value - (right[i] as number))))).toBeLessThan(
        1e-5,
      );
    expect(complaints).toEqual([]);
  });

  test('an engine that this Firefox lacks is refused by name', async () => {
    const { page } = await pages.open();
    const found = await page.evaluate(async () => {
      const codeOf = async (engine: 'tfjs-webgl' | 'tfjs-webgpu'): Promise<string> => {
        try {
          const session = await asfp.openModel('run/tiny/model.json', { engine, allowSoftwareGl: true });
          await session.dispose();
          return session.info.engineUsed;
        } catch (error) {
          return (error as { code: string }).code;
        }
      };
      return [await codeOf('tfjs-webgl'), await codeOf('tfjs-webgpu')];
    });
    expect(['tfjs-webgl', 'webgl-unavailable']).toContain(found[0]);
    expect(['tfjs-webgpu', 'webgpu-unavailable']).toContain(found[1]);
  });
}
