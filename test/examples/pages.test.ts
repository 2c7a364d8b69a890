// Knows that each example that is a page does in Chromium what its README says, built as its readers would build it.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { launchBrowser } from '@asfp/demo/lab';
import type { Browser, Page } from 'playwright-core';
import { build, type Rolldown } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Colour, colours, writeExampleModel } from './exampleModel.ts';
import { serveFolders } from './serveFolders.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLES = join(ROOT, 'examples');
const BUILT = ['vite-app', 'web-component', 'react', 'service-worker'];

let folder = '';
let chunks: Rolldown.OutputChunk[] = [];
let browser: Browser;
let server: Awaited<ReturnType<typeof serveFolders>>;
let page: Page;
let complaints: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'asfp-examples-'));
  const model = join(folder, 'model');
  writeExampleModel(model);
  // As `vite build` does it in each folder; together, so that what they share is built once.
  // Else libraries are built as for their developers.
  vi.stubEnv('NODE_ENV', 'production');
  const output = await build({
    root: EXAMPLES,
    configFile: false,
    base: './',
    logLevel: 'silent',
    build: {
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: { input: BUILT.map((name) => join(EXAMPLES, name, 'index.html')) },
    },
  });
  chunks = (output as Rolldown.RolldownOutput).output.filter((one) => one.type === 'chunk');
  const packages = (name: string): string => join(ROOT, 'packages', name);
  server = await serveFolders({
    '/': folder,
    '/plain-page/': join(EXAMPLES, 'plain-page'),
    ...Object.fromEntries(['plain-page', ...BUILT].map((name) => [`/${name}/model/`, model])),
    ...Object.fromEntries(
      ['core', 'edge-runtime', 'kernels'].map((name) => [
        `/plain-page/node_modules/@asfp/${name}/`,
        packages(name),
      ]),
    ),
  });
  browser = await launchBrowser(undefined, ['--use-angle=swiftshader']);
});
afterAll(async () => {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  page = await (await browser.newContext()).newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(server.url) && !/^(blob|data):/.test(url)) complaints.push(url);
  });
});
afterEach(async () => {
  await page.context().close();
});

const open = (name: string): Promise<unknown> => page.goto(`${server.url}${name}/index.html`);

async function give({ png }: Colour, name = 'input'): Promise<void> {
  await page.setInputFiles(name, { name: 'colour.png', mimeType: 'image/png', buffer: png });
}

async function says(pattern: RegExp): Promise<string> {
  const output = page.locator('output');
  await output.filter({ hasText: pattern }).waitFor();
  return (await output.textContent()) ?? '';
}

const words = ({ label, percent }: Colour): string => `${label}, ${Math.round(percent)} %`;

test('the two pictures are told apart', () => {
  expect(new Set(colours.map(words)).size).toBe(2);
});

test('plain page: no build step', async () => {
  await open('plain-page');
  await says(/^Ready$/);
  for (const colour of colours) {
    await give(colour);
    await says(new RegExp(`^${words(colour)}$`));
  }
  expect(complaints).toEqual([]);
});

test('Vite app: every engine that can run is found and runs', async () => {
  await open('vite-app');
  expect(await says(/^Ready/)).toMatch(/^Ready on compiled, \d threads$/);
  for (const engine of ['compiled', 'tfjs-wasm']) {
    await page.selectOption('select', engine);
    await says(new RegExp(`^Ready on ${engine}`));
    // The page is isolated, so both start threads: from a file beside the script, and from a text that was minified.
    expect([engine, page.workers().length > 0]).toEqual([engine, cpus().length > 1]);
    for (const colour of colours) {
      await give(colour, '[type=file]');
      await says(new RegExp(`^${words(colour)}$`));
    }
  }
  await page.selectOption('select', 'compiled');
  await says(/^Ready on compiled/);
  await page.check('[type=checkbox]');
  await says(/^Ready on compiled/);
  expect(page.workers().some((worker) => worker.url().includes('session.worker'))).toBe(true);
  await give(colours[0] as Colour, '[type=file]');
  await says(new RegExp(`^${words(colours[0] as Colour)}$`));
  await page.selectOption('select', 'tfjs-webgl');
  expect(await says(/software GL/)).toContain('engine tfjs-webgl: expected a GPU behind WebGL');
  expect(complaints).toEqual([]);
});

test('web component: the answer is shown and told, a failure is shown', async () => {
  await open('web-component');
  await says(/^Ready on compiled$/);
  const [colour] = colours as [Colour];
  await give(colour);
  await says(new RegExp(`^${colour.label}$`));
  await page.evaluate("document.querySelector('asfp-classifier').setAttribute('src', 'none.json')");
  expect(await says(/expected/)).toMatch(/none\.json: expected a file, found status 404/);
  await page.evaluate("document.querySelector('asfp-classifier').remove()");
  // The browser itself tells of a file that is not there.
  expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
});

test('React: three labels, the likeliest first', async () => {
  await open('react');
  const [colour] = colours as [Colour];
  await page.waitForSelector('input:enabled');
  await give(colour);
  await page.waitForSelector('li:nth-child(3)');
  expect(await page.locator('li').first().textContent()).toBe(words(colour));
  expect(complaints).toEqual([]);
});

test('service worker: it answers the page', async () => {
  await open('service-worker');
  for (const colour of colours) {
    await give(colour);
    await says(new RegExp(`^${words(colour)}$`));
  }
  expect(complaints).toEqual([]);
});

test('what an app loads first is small, and has no engine in it', () => {
  const entry = chunks.find(({ facadeModuleId }) => facadeModuleId?.includes('vite-app'));
  const first = new Set<Rolldown.OutputChunk>();
  const follow = (chunk: Rolldown.OutputChunk | undefined): void => {
    if (!chunk || first.has(chunk)) return;
    first.add(chunk);
    for (const name of chunk.imports) follow(chunks.find(({ fileName }) => fileName === name));
  };
  follow(entry);
  const code = [...first].map((chunk) => chunk.code).join('\n');
  const all = chunks.map((chunk) => chunk.code).join('\n');
  expect([all.includes('WEBGL_VERSION'), code.includes('WEBGL_VERSION')]).toEqual([true, false]);
  expect([all.includes('winogradScratch'), code.includes('winogradScratch')]).toEqual([true, false]);
  const bytes = gzipSync(code).length;
  expect(bytes).toBeGreaterThan(2_000);
  expect(bytes).toBeLessThan(20_000);
});
