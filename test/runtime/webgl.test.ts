// Knows what becomes of a session whose WebGL context the browser takes away, in a real Chromium.
import { join } from 'node:path';
import type * as Runtime from '@asfp/edge-runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRuntimePages, type RuntimePages } from './openPage.ts';
import { isTinyAnswer, tinyGraph, writeModel } from './testModels.ts';

/** In the page. */
declare const asfp: typeof Runtime;

let pages: RuntimePages;
beforeAll(async () => {
  pages = await openRuntimePages((folder) => writeModel(tinyGraph(), join(folder, 'tiny')));
});
afterAll(() => pages.close());

const numbers = Array.from({ length: 48 }, (_, i) => Math.sin(i));
const near = (answer: readonly number[]): boolean => isTinyAnswer(answer, numbers);

test('runs in flight are rejected, the next ones go on in a new context, and closing gives everything back', async () => {
  const { page, complaints } = await pages.open(async (fresh) => {
    // The page's contexts, so that one can be lost.
    await fresh.addInitScript(() => {
      const contexts: unknown[] = [];
      const { prototype } = OffscreenCanvas;
      const plain = Reflect.get(prototype, 'getContext') as (...args: unknown[]) => unknown;
      Reflect.set(prototype, 'getContext', function (this: OffscreenCanvas, ...args: unknown[]) {
        const context = plain.apply(this, args);
        if (context && String(args[0]).startsWith('webgl')) contexts.push(context);
        return context;
      });
      Object.assign(globalThis, { contexts });
    });
  });
  const found = await page.evaluate(async (values) => {
    const { contexts } = globalThis as unknown as { contexts: WebGL2RenderingContext[] };
    const lose = (): void => {
      for (const context of contexts.splice(0)) context.getExtension('WEBGL_lose_context')?.loseContext();
    };
    const options = { engine: 'tfjs-webgl', allowSoftwareGl: true } as const;
    const one = await asfp.openModel(`${location.href}run/tiny/model.json`, options);
    const two = await asfp.openModel(`${location.href}run/tiny/model.json`, options);
    const input = Float32Array.from(values);
    const run = async (session: Runtime.Session): Promise<number[]> => [...(await session.run(input))];
    const before = [await run(one), await run(two)];
    const outcomes: string[] = [];
    const after: number[][] = [];
    // In the middle of the arithmetic, as the answer is about to be read, and while it is waited for.
    for (const moment of ['drawElements', 'fenceSync', 'clientWaitSync'] as const) {
      for (const context of contexts) {
        const plain = Reflect.get(context, moment) as (...args: unknown[]) => unknown;
        Reflect.set(context, moment, (...args: unknown[]) => {
          lose();
          return plain.apply(context, args);
        });
      }
      outcomes.push(
        await one.run(input).then(
          () => 'answered',
          (error: unknown) => `${(error as { code: string }).code}: ${(error as Error).message}`,
        ),
      );
      after.push(await run(two), await run(one));
    }
    lose();
    const three = await asfp.openModel(`${location.href}run/tiny/model.json`, options);
    const opened = await run(three);
    await Promise.all([one.dispose(), two.dispose(), three.dispose()]);
    return { before, outcomes, after, opened };
  }, numbers);
  expect(found.before.map(near)).toEqual([true, true]);
  expect(found.outcomes).toEqual(
    new Array(3).fill(
      `context-lost: ${pages.url}run/tiny/model.json: expected a WebGL context during the whole run, found that the browser took it away. Run it again: the session goes on in a new context`,
    ),
  );
  expect(found.after.map(near)).toEqual([true, true, true, true, true, true]);
  expect(near(found.opened)).toBe(true);
  expect(complaints).toEqual([]);
});
