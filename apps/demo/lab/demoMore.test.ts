// Knows the rest of what people do on the demo page: bring models, measure for longer, use no mouse, see badly.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseGraph, writeGraphModel } from '@asfp/core';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildSite } from './buildSite.ts';
import { launchBrowser } from './launchBrowser.ts';
import { type SiteServer, serveSite } from './serveSite.ts';
import { tinyAnswer, writeTinyGraph } from './tinyModels.ts';
import { withoutPairs } from './withoutPairs.ts';

const LABELS = ['north', 'east', 'south', 'west'];

let browser: Browser;
let folder = '';
let server: SiteServer;
let page: Page;
let complaints: string[] = [];

beforeAll(async () => {
  browser = await launchBrowser(undefined, ['--use-angle=swiftshader']);
});
afterAll(async () => {
  await browser.close();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'asfp-more-'));
  server = await serveSite({ site: await buildSite(), folder });
  await newPage({});
});
afterEach(async () => {
  await page.context().close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function newPage(options: BrowserContextOptions): Promise<void> {
  const context = await browser.newContext(options);
  page = await context.newPage();
  await withoutPairs(page);
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => complaints.push(message.text()));
}

const text = async (selector: string): Promise<string> =>
  ((await page.textContent(selector)) ?? '').replaceAll(/[\u00a0\u202f\u2060]/g, ' ');

const picture = Buffer.alloc(48, 10);

function writeRun(name = 'compact'): void {
  writeTinyGraph(folder, 'dense-graph');
  writeTinyGraph(folder, name);
  const pictures = [{ label: 0, pixels: picture.toString('base64') }];
  const form = { format: 'asfp.pictures/1', height: 4, width: 4, channels: 3, labels: LABELS };
  writeFileSync(join(folder, 'pictures.json'), JSON.stringify({ ...form, pictures }));
  const cost = { macs: 2000, params: 200, bytes: 800 };
  const layer = { name: 'stage1/conv', op: 'conv2d', macsBefore: 2000, macsAfter: 1296 };
  const report = {
    format: 'asfp.compact-report/1',
    before: cost,
    after: { macs: 1308, params: 100, bytes: 400 },
    layers: [{ ...layer, filtersBefore: 8, filtersAfter: 3 }],
    passes: [],
  };
  writeFileSync(join(folder, 'compact-report.json'), JSON.stringify(report));
}

const answered = (side: string): Promise<unknown> => page.waitForSelector(`.${side} .answer`);

/** The files of a model in the folder, as a picker gives them. */
const filesOf = (name: string): string[] =>
  ['model.json', 'weights.bin'].map((file) => join(folder, name, file));

async function axeFaults(): Promise<string[]> {
  await page.evaluate(axe.source);
  const result = (await page.evaluate('axe.run(document)')) as {
    readonly violations: readonly {
      readonly id: string;
      readonly impact: string;
      readonly nodes: readonly { readonly html: string }[];
    }[];
  };
  return result.violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`);
}

test.each([
  { colorScheme: 'light', viewport: { width: 1200, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 360, height: 740 } },
] as const)('axe finds nothing: $colorScheme, $viewport.width px', async (options) => {
  await page.context().close();
  await newPage(options);
  writeRun();
  await page.goto(server.url);
  await page.waitForSelector('.dense .figure');
  await page.getByRole('button', { name: 'Run each' }).click();
  await page.waitForSelector('.histogram');
  for (const summary of await page.locator('summary').all()) await summary.click();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
    options.viewport.width,
  );
  expect(await axeFaults()).toEqual([]);
  expect(complaints).toEqual([]);
});

test('axe finds nothing on a page without networks, and none where one has failed', async () => {
  await page.goto(server.url);
  await page.waitForSelector('.notice:not([hidden])');
  expect(await axeFaults()).toEqual([]);
  mkdirSync(join(folder, 'compact'));
  writeFileSync(join(folder, 'compact', 'model.json'), '{}');
  await page.reload();
  await page.waitForSelector('.compact[data-state=failed]');
  expect(await axeFaults()).toEqual([]);
});

test('the page stands before any network is there', async () => {
  writeRun();
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route('**/run/**', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(server.url);
  expect(await text('h1')).toBe('One picture, two networks');
  expect(await page.getByRole('group', { name: 'Engine' }).isVisible()).toBe(true);
  expect(await page.locator('.model').count()).toBe(2);
  letGo();
  await answered('compact');
  expect(complaints).toEqual([]);
});

test('what was saved, filters by layer, and a longer measurement with its distribution', async () => {
  writeRun();
  await page.goto(server.url);
  await page.waitForSelector('.filters');
  expect(await text('.figures')).toContain('download');
  const row = page.locator('.filters tbody tr');
  expect(await row.locator('th').textContent()).toBe('stage1/conv');
  const cells = await row.locator('td').allTextContents();
  expect(cells.map((cell) => cell.replaceAll('\u00a0', ' '))).toEqual(['', '8 → 3', '2.00 k → 1.30 k']);
  await answered('dense');
  await page.getByRole('button', { name: 'Run each' }).click();
  await page.waitForSelector('.histogram');
  expect(await page.getByRole('img', { name: /^Times of 200 runs/ }).count()).toBe(1);
  expect(await text('.latency [role=status]')).toMatch(/^200 rounds; .*Dense over compact: [\d.]+×/);
  expect(await page.locator('.latency tbody tr').count()).toBe(2);
  // Another engine: what was measured belongs to the one before.
  await page.getByText('WebAssembly', { exact: true }).click();
  await page.waitForFunction("document.querySelector('.histogram') === null");
  expect(complaints).toEqual([]);
});

test('a model of one’s own takes a side; without its weights it says which are missing', async () => {
  writeRun();
  writeTinyGraph(folder, 'mine');
  await page.goto(server.url);
  await answered('compact');
  await page.setInputFiles('#compact-files', filesOf('mine').slice(0, 1));
  await page.waitForSelector('.compact .alarm');
  expect(await text('.compact .alarm')).toContain('expected its weight file weights.bin');
  await answered('dense');
  await page.setInputFiles('#compact-files', filesOf('mine'));
  await answered('compact');
  expect(await text('.compact .facts')).toMatch(/^model\.json/);
  expect(await text('.filters-place')).toContain('no compact-report.json');
  expect(complaints).toEqual([]);
});

test('dropped anywhere: a model without a card, then a picture', async () => {
  writeTinyGraph(folder, 'mine');
  const [json = '', weights = ''] = filesOf('mine');
  const { userDefinedMetadata: _, ...bare } = JSON.parse(readFileSync(json, 'utf8'));
  await page.goto(server.url);
  await page.waitForSelector('.notice:not([hidden])');
  await drop([
    { name: 'model.json', base64: Buffer.from(JSON.stringify(bare)).toString('base64') },
    { name: 'weights.bin', base64: readFileSync(weights).toString('base64') },
  ]);
  await page.waitForSelector('.compact[data-state=ready]');
  expect(await text('.compact .facts')).toContain('no model card: pixels from 0 to 1, classes by number');
  // 1 × 1, white.
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==';
  await drop([{ name: 'white.png', base64: png }]);
  await answered('compact');
  const answer = tinyAnswer(new Array(48).fill(1));
  const best = answer.indexOf(Math.max(...answer));
  expect(await text('.compact .answer li:first-child .label')).toBe(`class ${best}`);
  expect(complaints).toEqual([]);
});

test('a network that takes no pictures is refused by name', async () => {
  const { json, shards } = writeGraphModel(
    parseGraph(`graph "flat"
x = input dtype="float32" shape=[null,5]
k = const float32[5,3] seed=1
y = matMul(x, k)
output "y" = y
`),
  );
  await page.goto(server.url);
  await page.waitForSelector('.notice:not([hidden])');
  await drop(
    [...shards, ['model.json', Buffer.from(JSON.stringify(json))] as const].map(([name, bytes]) => ({
      name,
      base64: Buffer.from(bytes).toString('base64'),
    })),
  );
  await page.waitForSelector('.compact .alarm');
  expect(await text('.compact .alarm')).toMatch(
    /^model\.json: expected one input of pictures, .* found x \[/,
  );
  expect(complaints).toEqual([]);
});

async function drop(files: readonly { readonly name: string; readonly base64: string }[]): Promise<void> {
  await page.evaluate(`{
    const data = new DataTransfer();
    for (const { name, base64 } of ${JSON.stringify(files)}) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      data.items.add(new File([bytes], name, { type: name.endsWith('.png') ? 'image/png' : '' }));
    }
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }`);
}

test('without a run, the networks that come with the page answer alike: a drawing at once, then a picture', async () => {
  await page.unroute('**/models/manifest.json');
  await page.goto(server.url);
  await answered('dense');
  await answered('compact');
  const pictures = page.getByRole('button', { name: /^Test picture: / });
  expect(await pictures.count()).toBe(10);
  const first = await page.locator('.answer').allTextContents();
  expect(first.map((answer) => answer.startsWith('airplane'))).toEqual([true, true]);
  const picture = new URL('../../../docs/report.png', import.meta.url);
  await page.setInputFiles('#file', fileURLToPath(picture));
  await page.waitForFunction("!document.querySelector('.pictures [aria-pressed=true]')");
  await answered('dense');
  await answered('compact');
  const labels = await page.locator('.answer').allTextContents();
  expect(labels.length).toBe(2);
  expect(labels[1]).toBe(labels[0]);
  expect(complaints).toEqual([]);
});

test('networks that come with the page are offered beside those of the run', async () => {
  writeRun();
  const pair = { title: 'Others', compact: '../run/others/model.json' };
  writeTinyGraph(folder, 'others');
  await page.route('**/models/manifest.json', (route) =>
    route.fulfill({ json: { format: 'asfp.demo-models/1', pairs: [pair] } }),
  );
  await page.goto(server.url);
  await answered('dense');
  await page.getByLabel('Networks').selectOption('Others');
  await page.waitForFunction(
    "document.querySelector('.dense .body').textContent.startsWith('Nothing to compare')",
  );
  await answered('compact');
  expect(await text('h1')).toMatch(/^The compact network says/);
  expect(complaints).toEqual([]);
});
