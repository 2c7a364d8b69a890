// Knows what must not be in the page that people open: tfjs-layers, and an engine nobody asked for.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildSite } from './buildSite.ts';
import { siteChunks } from './siteChunks.ts';

/** Class names that tfjs-layers registers at run time, so that no minifier renames them. */
const LAYERS = ['GlobalAveragePooling2D', 'BatchNormalization', 'ZeroPadding2D'];

async function contentOf(page: string): Promise<{ readonly text: string; readonly chunks: string[] }> {
  const site = await buildSite();
  const chunks = siteChunks(site, page);
  return { chunks, text: chunks.map((path) => readFileSync(join(site, path), 'utf8')).join('\n') };
}

test('the demo reaches both engines, and neither tfjs-layers nor another runtime', async () => {
  const { chunks, text } = await contentOf('index.html');
  expect(text).toContain('FusedConv2D');
  expect(chunks.some((path) => path.includes('tfjsWasm'))).toBe(true);
  expect(chunks.some((path) => path.includes('tfjsWebgl'))).toBe(true);
  expect(LAYERS.filter((name) => text.includes(name))).toEqual([]);
  expect(text).not.toContain('ort-wasm');
});

test('the lab has both: the names would be found', async () => {
  const { text } = await contentOf('lab.html');
  expect(text).toContain('ort-wasm');
  expect(LAYERS.filter((name) => text.includes(name))).toEqual(LAYERS);
});

test('the first script of the demo is small: engines come when they are asked for', async () => {
  const site = await buildSite();
  const html = readFileSync(join(site, 'index.html'), 'utf8');
  const first = /<script[^>]* src="\.\/([^"]+)"/.exec(html)?.[1] ?? '';
  const eager = [
    first,
    ...[...html.matchAll(/modulepreload[^>]* href="\.\/([^"]+)"/g)].map(([, path]) => path ?? ''),
  ];
  const bytes = eager.reduce((sum, path) => sum + readFileSync(join(site, path)).length, 0);
  expect(bytes).toBeGreaterThan(5_000);
  expect(bytes).toBeLessThan(80_000);
});
