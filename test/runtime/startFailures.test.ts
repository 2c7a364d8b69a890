// Knows what a page is told when its policy or its server keeps an engine or a worker from starting, in a real Chromium.
import { join } from 'node:path';
import type * as Runtime from '@asfp/edge-runtime';
import type { Page } from 'playwright-core';
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

/** Gives the page, and its workers, a Content-Security-Policy. */
const policy =
  (directives: string) =>
  async (page: Page): Promise<void> => {
    await page.route('**/*', async (route) => {
      const response = await route.fetch();
      await route.fulfill({
        response,
        headers: { ...response.headers(), 'Content-Security-Policy': directives },
      });
    });
  };

/** What opening says, without the server's changing address and the bundler's stamps. */
async function opening(page: Page, options: Runtime.OpenOptions): Promise<string> {
  const text = await page.evaluate(async (given) => {
    try {
      const session = await asfp.openModel('run/tiny/model.json', given);
      await session.run(new Float32Array(48));
      await session.dispose();
      return `opened on ${session.info.engineUsed}`;
    } catch (error) {
      return `${(error as { code: string }).code}: ${(error as Error).message}`;
    }
  }, options);
  return text.replaceAll(pages.url, '/').replaceAll(/-[\w-]{8}\.(wasm|js)/g, '.$1');
}

test('a policy that forbids WebAssembly is named with its directive, in the page and in a worker', async () => {
  const { page } = await pages.open(policy("script-src 'self'"));
  for (const options of [
    { engine: 'compiled' },
    { engine: 'tfjs-wasm' },
    { engine: 'compiled', worker: true },
  ]) {
    const text = await opening(page, options as Runtime.OpenOptions);
    expect(text).toMatch(
      /^wasm-blocked: engine (compiled|tfjs-wasm): expected a page that may compile WebAssembly/,
    );
    expect(text).toContain("Content-Security-Policy: script-src 'wasm-unsafe-eval'");
  }
  // With the directive all is well.
  const allowed = await pages.open(policy("script-src 'self' 'wasm-unsafe-eval'"));
  expect(await opening(allowed.page, { engine: 'compiled', worker: true })).toBe('opened on compiled');
});

test('a policy that forbids workers is named with its directive', async () => {
  const { page } = await pages.open(policy("worker-src 'none'"));
  expect(await opening(page, { worker: true })).toMatchInlineSnapshot(
    `"worker-start: session in a worker: expected a worker that starts and keeps running, found one that the browser does not start. Serve its script from the page's own origin, allow it in the page's Content-Security-Policy (worker-src 'self'), or open the model without \`worker\`"`,
  );
});

test('a policy that forbids the model’s server is named with its directive', async () => {
  const { page } = await pages.open(policy("connect-src 'none'"));
  expect(await opening(page, { engine: 'compiled' })).toMatchInlineSnapshot(
    `"wasm-file: /assets/kernels.relaxed-simd.wasm: expected the kernels of @asfp/kernels, found no such file (Failed to fetch). Serve the .wasm files of @asfp/kernels, let the page fetch them (Content-Security-Policy: connect-src), or pass the compiled module as \`kernels\`"`,
  );
});

test('a page in place of a .wasm file, or none, is named by its address; another engine takes over', async () => {
  const page = await pages.open((fresh) =>
    fresh.route(/\.wasm$/, (route) =>
      route.request().url().includes('kernels')
        ? route.fulfill({ contentType: 'text/html', body: '<!DOCTYPE html><title>Not here</title>' })
        : route.continue(),
    ),
  );
  expect(await opening(page.page, { engine: 'compiled' })).toMatchInlineSnapshot(
    `"wasm-file: /assets/kernels.relaxed-simd.wasm: expected the kernels of @asfp/kernels, found a file that begins with 3c 21 44 4f. Serve the .wasm files of @asfp/kernels, let the page fetch them (Content-Security-Policy: connect-src), or pass the compiled module as \`kernels\`"`,
  );
  expect(await opening(page.page, {})).toBe('opened on tfjs-wasm');
  const missing = await pages.open((fresh) =>
    fresh.route(/\.wasm$/, (route) => route.fulfill({ status: 404 })),
  );
  expect(await opening(missing.page, { engine: 'tfjs-wasm' })).toMatchInlineSnapshot(
    `"wasm-file: /assets/tfjs-backend-wasm-threaded-simd.wasm: expected tfjs's WebAssembly file, found status 404. Serve the .wasm files of @tensorflow/tfjs-backend-wasm 4.22.0 and pass their addresses as \`wasmPaths\`"`,
  );
});
