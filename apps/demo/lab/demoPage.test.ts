// Knows the demo page in a real Chromium: what people see when all goes well, and when it does not.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
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
  // Software GL also where there is a GPU, so that the page has to say so; and a camera that shows a test picture.
  browser = await launchBrowser(undefined, [
    '--use-angle=swiftshader',
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
  ]);
});
afterAll(async () => {
  await browser.close();
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'asfp-page-'));
  server = await serveSite({ site: await buildSite(), folder });
  const context = await browser.newContext({ permissions: ['camera'] });
  page = await context.newPage();
  await withoutPairs(page);
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  // The page needs no network but its own server.
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(server.url) && !/^(blob|data):/.test(url)) complaints.push(url);
  });
  page.on('console', (message) => complaints.push(message.text()));
});
afterEach(async () => {
  await page.context().close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Two pictures of 4 × 4: one dark, one bright. */
const pictures = [Buffer.alloc(48, 10), Buffer.from(Array.from({ length: 48 }, (_, i) => 200 + (i % 50)))];

function writeRun(): void {
  writeTinyGraph(folder, 'dense-graph');
  writeTinyGraph(folder, 'compact');
  const file = {
    format: 'asfp.pictures/1',
    height: 4,
    width: 4,
    channels: 3,
    labels: LABELS,
    pictures: pictures.map((pixels, label) => ({ label, pixels: pixels.toString('base64') })),
  };
  writeFileSync(join(folder, 'pictures.json'), JSON.stringify(file));
}

/** What the loops say of a picture, normalised as the card says. */
function expected(picture: Buffer): { readonly label: string; readonly percent: string } {
  const answer = tinyAnswer([...picture].map((pixel) => (pixel / 255 - 0.5) / 0.25));
  const best = answer.indexOf(Math.max(...answer));
  return { label: LABELS[best] as string, percent: `${(100 * (answer[best] as number)).toFixed(1)} %` };
}

const text = async (selector: string): Promise<string> =>
  ((await page.textContent(selector)) ?? '').replaceAll(/[\u00a0\u202f]/g, ' ');

const heading = /^Both networks say “(\w+)”\. (The compact one is|Their times)/;
const waitForTimes = (): Promise<unknown> =>
  page.waitForFunction(
    (pattern) =>
      new RegExp(pattern).test(
        (
          globalThis as unknown as {
            document: { title: string; querySelector(s: string): { textContent: string } };
          }
        ).document.querySelector('h1').textContent,
      ),
    heading.source,
  );

test('both networks answer the first test picture, then the one that is chosen, with times', async () => {
  writeRun();
  await page.goto(server.url);
  await waitForTimes();
  const [dark, bright] = pictures.map(expected);
  expect(await text('h1')).toContain(`Both networks say “${dark?.label}”.`);
  for (const side of ['dense', 'compact']) {
    expect(await text(`.${side} .answer li:first-child`)).toBe(`${dark?.label}${dark?.percent}`);
    expect(await text(`.${side} .figure`)).toMatch(/^\d[\d.]* ms$/);
    expect(await text(`.${side} .facts`)).toMatch(/^[\d.]+ kB1.31 k multiply-adds$/);
  }
  expect(await text('figcaption')).toBe('Test picture, labelled north');
  // By keyboard alone.
  await page.getByRole('button', { name: 'Test picture: east' }).press('Enter');
  await page.waitForFunction("document.querySelector('figcaption').textContent.includes('east')");
  await waitForTimes();
  expect(await text('.compact .answer li:first-child')).toBe(`${bright?.label}${bright?.percent}`);
  await page.getByText('About the numbers').click();
  expect(await text('.about dl')).toContain('EngineCompiled (compiled)');
  expect(complaints).toEqual([]);
});

test('software GL is refused by name, runs on request, and is named with its times', async () => {
  writeRun();
  await page.goto(server.url);
  await waitForTimes();
  await page.getByText('WebGL', { exact: true }).click();
  await page.getByText('Run it on the CPU all the same').waitFor();
  expect(await text('.notice')).toMatch(
    /^WebGL is drawn by the CPU in this browser \(software GL: .*SwiftShader.*\)\. Its times say nothing about a GPU\./,
  );
  expect(await text('.dense .body')).toBe('Not opened.');
  await page.getByText('Run it on the CPU all the same').click();
  await waitForTimes();
  expect(await text('.compact .time')).toContain('on software GL');
  expect(await text('.compact .answer li:first-child')).toContain(expected(pictures[0] as Buffer).label);
  expect(complaints).toEqual([]);
});

test('a picture of one’s own and the camera are answered', async () => {
  writeRun();
  await page.goto(server.url);
  await waitForTimes();
  // 1 × 1, white.
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==';
  await page.setInputFiles('#file', {
    name: 'mine.png',
    mimeType: 'image/png',
    buffer: Buffer.from(png, 'base64'),
  });
  await page.waitForFunction("document.querySelector('figcaption').textContent === 'mine.png'");
  await waitForTimes();
  const white = expected(Buffer.alloc(48, 255));
  expect(await text('.compact .answer li:first-child')).toBe(`${white.label}${white.percent}`);
  await page.setInputFiles('#file', { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no') });
  await page.waitForSelector('.notice:not([hidden])');
  expect(await text('.notice')).toBe('notes.txt is no picture that this browser can read.');
  await page.getByRole('button', { name: 'Use the camera' }).click();
  await page.waitForFunction("document.querySelector('figcaption').textContent === 'Camera'");
  // The camera goes on when the engine changes under it.
  await page.getByText('WebGL', { exact: true }).click();
  await page.getByText('Run it on the CPU all the same').click();
  await page.waitForFunction("document.querySelector('.compact .time').textContent.includes('software GL')");
  await page.getByRole('button', { name: 'Stop the camera' }).click();
  await page.getByRole('button', { name: 'Use the camera' }).waitFor();
  expect(complaints).toEqual([]);
});

test('one network that fails says why, and the other goes on; once mended it opens', async () => {
  writeRun();
  const weights = join(folder, 'compact/weights.bin');
  const whole = readFileSync(weights);
  truncateSync(weights, 7);
  await page.goto(server.url);
  await page.waitForSelector('.compact[data-state=failed]');
  expect(await text('.compact .alarm')).toContain('compact/weights.bin: expected 408 bytes, found 7 bytes.');
  await page.waitForSelector('.dense .figure');
  expect(await text('h1')).toBe(`The dense network says “${expected(pictures[0] as Buffer).label}”.`);
  writeFileSync(weights, whole);
  await page.getByRole('button', { name: 'Try again' }).click();
  await waitForTimes();
  expect(complaints).toEqual([]);
});

test('without a run the page says so; with half a run it shows half', async () => {
  await page.goto(server.url);
  await page.waitForSelector('.notice:not([hidden])');
  expect(await text('.notice')).toBe(
    'No run folder is served beside this page (`asfp demo RUN` serves one). Drop a model.json and its weights here.',
  );
  mkdirSync(join(folder, 'compact'));
  writeRun();
  rmSync(join(folder, 'dense-graph'), { recursive: true });
  await page.reload();
  await page.waitForSelector('.compact .figure');
  expect(await text('.dense .body')).toBe('Nothing to compare with: drop a model here, or choose one.');
  expect(complaints).toEqual([]);
});

test('from 360 to 1600 pixels nothing sticks out sideways', async () => {
  writeRun();
  await page.goto(server.url);
  await waitForTimes();
  for (const width of [360, 540, 900, 1600]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  }
});
