// Knows which networks the page finds, and what it makes of a manifest that is broken.
import { afterEach, expect, test, vi } from 'vitest';
import { pairOfRun, readPairs } from './pairs.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

function serve(manifest: unknown): void {
  vi.stubGlobal('location', { href: 'http://host/demo/index.html' });
  vi.stubGlobal('fetch', async () => Response.json(manifest));
}

test('paths are relative to the manifest; a pair without a title or a network is left out', async () => {
  serve({
    format: 'asfp.demo-models/1',
    pairs: [
      { title: 'A', dense: 'dense/model.json', compact: 'compact/model.json', pictures: 7 },
      { title: 'B', pictures: 'pictures.json' },
      { dense: 'x/model.json' },
    ],
  });
  expect(await readPairs()).toEqual([
    {
      title: 'A',
      dense: 'http://host/demo/models/dense/model.json',
      compact: 'http://host/demo/models/compact/model.json',
    },
  ]);
});

test.each([null, [], { format: 'other/1', pairs: [] }, { format: 'asfp.demo-models/1', pairs: [null] }])(
  'a manifest that is none brings nothing: %j',
  async (manifest) => {
    serve(manifest);
    expect(await readPairs()).toEqual([]);
  },
);

test('a run with one network is a pair with one side', () => {
  vi.stubGlobal('location', { href: 'http://host/demo/' });
  expect(pairOfRun({})).toBeUndefined();
  expect(pairOfRun({ compact: 'compact/model.json' })).toEqual({
    title: 'This run',
    compact: 'http://host/demo/run/compact/model.json',
  });
});
