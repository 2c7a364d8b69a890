// Knows what the report is like in a real browser: silent, alone, and never wider than the window.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../../lab/launchBrowser.ts';
import { renderReport } from '../renderReport.ts';
import type { ReportParts } from '../reportParts.ts';
import { deepParts, sampleParts, samplePictures } from '../testing/sampleParts.ts';

let browser: Awaited<ReturnType<typeof launchBrowser>>;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const variants: readonly (readonly [string, ReportParts])[] = [
  ['every part', { ...sampleParts, pictures: samplePictures }],
  ['a deep network, many epochs, a failed engine', deepParts],
  ['nothing', {}],
];

test.each(variants)(
  'with %s it fits 360 and 1280 pixels, asks for nothing and complains of nothing',
  async (_, parts) => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('data:')) complaints.push(`asked for ${request.url()}`);
    });
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await page.setContent(renderReport(parts));
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true;
      });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      // Text of charts may not hang out of the window either, where it could only be cut off.
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll('.chart text')]
          .map((text) => ({ said: text.textContent, box: text.getBoundingClientRect() }))
          .filter(({ box }) => box.left < 0 || box.right > window.innerWidth)
          .map(({ said }) => said),
      );
      expect(cut).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await page.close();
  },
);

test('names of lines and their values do not lie over each other on a phone', async () => {
  const page = await browser.newPage({ viewport: { width: 360, height: 800 } });
  await page.setContent(renderReport(sampleParts));
  const pairs = await page.evaluate(() =>
    [...document.querySelectorAll('svg.chart')].flatMap((chart) => {
      const texts = [...chart.querySelectorAll('text')].map((text) => ({
        said: text.textContent,
        box: text.getBoundingClientRect(),
      }));
      return texts.flatMap((a, i) =>
        texts
          .slice(i + 1)
          .filter(
            (b) =>
              Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left) > 1 &&
              Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top) > 3,
          )
          .map((b) => `${a.said} / ${b.said}`),
      );
    }),
  );
  expect(pairs).toEqual([]);
  await page.close();
});

test('pictures made of raw pixels are drawn', async () => {
  const page = await browser.newPage();
  await page.setContent(renderReport({ pictures: samplePictures }));
  const sizes = await page.evaluate(() =>
    [...document.querySelectorAll('img')].map((image) => [image.naturalWidth, image.naturalHeight]),
  );
  expect(sizes).toEqual(samplePictures.map(() => [28, 28]));
  await page.close();
});
