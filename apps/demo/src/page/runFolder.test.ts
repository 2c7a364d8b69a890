// Knows what the page makes of a run folder that is whole, half there, or broken.
import { afterEach, expect, test, vi } from 'vitest';
import { readPictures, readRunIndex } from './runFolder.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

function serve(files: Readonly<Record<string, unknown>>): void {
  vi.stubGlobal('location', { href: 'http://host/demo/index.html' });
  vi.stubGlobal('fetch', async (url: string) => {
    const body = files[url];
    return body === undefined
      ? new Response('', { status: 404 })
      : new Response(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

const file = {
  format: 'asfp.pictures/1',
  height: 1,
  width: 2,
  channels: 3,
  labels: ['cat', 'dog'],
  pictures: [
    { label: 1, pixels: btoa(String.fromCharCode(0, 1, 2, 253, 254, 255)) },
    { label: 7, pixels: btoa('sixsix') },
    { label: 0, pixels: btoa('short') },
  ],
};

test('pictures are decoded; one that is cut short is left out', async () => {
  serve({ 'http://host/demo/run/pictures.json': file });
  const pictures = await readPictures('http://host/demo/run/pictures.json');
  expect(pictures.map(({ label }) => label)).toEqual(['dog', 'class 7']);
  expect([...(pictures[0]?.pixels ?? [])]).toEqual([0, 1, 2, 253, 254, 255]);
});

test('a missing or broken file is an empty one', async () => {
  serve({
    'http://host/demo/run/index.json': '<html>',
    'http://host/demo/run/p.json': { format: 'other/1' },
  });
  expect(await readRunIndex()).toEqual({});
  expect(await readPictures(undefined)).toEqual([]);
  expect(await readPictures('http://host/demo/run/p.json')).toEqual([]);
  expect(await readPictures('http://host/demo/run/none.json')).toEqual([]);
  serve({ 'http://host/demo/run/index.json': { dense: 'd/model.json' } });
  expect(await readRunIndex()).toEqual({ dense: 'd/model.json' });
});
