// Knows sessions in workers of their own, in a real Chromium: same answers, a page that stays awake, nothing left behind.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Runtime from '@asfp/edge-runtime';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRuntimePages, type RuntimePages } from './openPage.ts';
import { heavyGraph, tinyAnswer, tinyGraph, writeModel } from './testModels.ts';

/** In the page. */
declare const asfp: typeof Runtime;

let pages: RuntimePages;
beforeAll(async () => {
  pages = await openRuntimePages((folder) => {
    writeModel(tinyGraph(), join(folder, 'tiny'));
    writeModel(heavyGraph(), join(folder, 'heavy'));
  });
});
afterAll(() => pages.close());

/** A browser takes seconds to end a worker whose threads sleep, where nobody tells them before. */
const noWorkers = (page: Page): Promise<void> =>
  expect.poll(() => page.workers().length, { timeout: 20_000 }).toBe(0);

const numbers = Array.from({ length: 96 }, (_, i) => Math.sin(i));

test('a session in a worker answers like any other, on each engine, and ends with its worker', async () => {
  const { page, complaints } = await pages.open();
  const found = await page.evaluate(async (values) => {
    const progress: number[] = [];
    const asked: string[] = [];
    const sessions = [];
    for (const engine of ['auto', 'compiled', 'tfjs-wasm', 'tfjs-webgl', 'tfjs-webgpu'] as const) {
      const options = { engine, worker: true, allowSoftwareGl: true };
      sessions.push(
        await asfp.openModel('moved/model.json', {
          ...options,
          cache: false,
          onProgress: ({ loadedBytes }) => progress.push(loadedBytes),
          locate: async (name) => {
            asked.push(name);
            return new URL(`run/tiny/${name}`, location.href).href;
          },
        }),
      );
    }
    const input = Float32Array.from(values);
    const answers = await Promise.all(
      sessions.map(async (session) => [...(await session.run(input, { batch: 2 }))]),
    );
    const kept = input.length;
    await sessions[0]?.run(input, { batch: 2, transfer: true });
    return {
      infos: sessions.map(({ info }) => [info.engineUsed, info.engineReason, info.bytes]),
      answers,
      kept,
      left: input.length,
      loaded: progress.at(-1),
      asked,
    };
  }, numbers);
  const bytes = ['model.json', 'weights.bin'].reduce(
    (sum, file) => sum + readFileSync(join(pages.folder, 'tiny', file)).length,
    0,
  );
  expect(found.infos.map(([used]) => used)).toEqual([
    'compiled',
    'compiled',
    'tfjs-wasm',
    'tfjs-webgl',
    'tfjs-webgpu',
  ]);
  expect(found.infos[0]?.[1]).toMatch(/^compiled \S+ ms a run here/);
  const right = tinyAnswer(numbers);
  for (const answer of found.answers) {
    expect(Math.max(...answer.map((value, i) => Math.abs(value - (right[i] as number))))).toBeLessThan(1e-5);
  }
  expect(found).toMatchObject({ kept: 96, left: 0, loaded: bytes });
  expect(found.asked.slice(0, 2)).toEqual(['model.json', 'weights.bin']);
  expect(complaints).toEqual([]);
});

test('the page goes on while a worker computes; a run can be given up; dispose ends the worker', async () => {
  const { page, complaints } = await pages.open();
  const found = await page.evaluate(async () => {
    const [heavy, tiny] = await Promise.all(
      ['heavy', 'tiny'].map((name) =>
        asfp.openModel(`run/${name}/model.json`, { engine: 'compiled', threads: 1, worker: true }),
      ),
    );
    if (!heavy || !tiny) throw new Error('not open');
    let running = true;
    const run = heavy.run(new Float32Array(128 * 128 * 32)).finally(() => {
      running = false;
    });
    let turns = 0;
    while (running) {
      await new Promise((resolve) => setTimeout(resolve));
      turns++;
    }
    await run;
    // Another model's worker does not wait for it.
    let heavyEnded = false;
    const again = heavy.run(new Float32Array(128 * 128 * 32)).then(() => {
      heavyEnded = true;
    });
    await tiny.run(new Float32Array(48));
    const overtook = !heavyEnded;
    const stop = new AbortController();
    const givenUp = heavy.run(new Float32Array(128 * 128 * 32), { signal: stop.signal });
    stop.abort(new Error('left'));
    const reason = await givenUp.catch((error: unknown) => (error as Error).message);
    const atOnce = !heavyEnded;
    await again;
    await Promise.all([heavy.dispose(), tiny.dispose()]);
    return { turns, overtook, reason, atOnce };
  });
  expect(found.turns).toBeGreaterThan(3);
  expect(found).toMatchObject({ overtook: true, reason: 'left', atOnce: true });
  await noWorkers(page);
  expect(complaints).toEqual([]);
});

test('errors keep their codes on the way, and no worker is left behind', async () => {
  const { page } = await pages.open();
  const codes = await page.evaluate(async () => {
    const code = (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => 'accepted',
        (error: unknown) => (error as { code?: string }).code ?? (error as Error).message,
      );
    const stop = new AbortController();
    const opening = asfp.openModel('run/heavy/model.json', { worker: true, threads: 1, signal: stop.signal });
    setTimeout(() => stop.abort(new Error('left')));
    const file = new File(['{}'], 'model.json');
    const session = await asfp.openModel('run/tiny/model.json', { worker: true, threads: 1 });
    const codes = [
      await code(asfp.openModel('run/missing.json', { worker: true, threads: 1 })),
      await code(asfp.openModel([file], { worker: true, threads: 1 })),
      await code(opening),
      await code(
        asfp.openModel('run/tiny/model.json', {
          worker: true,
          threads: 1,
          locate: () => {
            throw new Error('no ticket');
          },
        }),
      ),
      await code(session.run(new Float32Array(3))),
      await code(session.run(new Float32Array(48))),
    ];
    await session.dispose();
    return [...codes, await code(session.run(new Float32Array(48)))];
  });
  expect(codes).toEqual([
    'http-status',
    'not-a-model',
    'left',
    'no ticket',
    'input-shape',
    'accepted',
    'disposed',
  ]);
  await noWorkers(page);
});
