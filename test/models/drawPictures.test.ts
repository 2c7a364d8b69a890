// Knows that the pictures that come with the page are our drawings as they are, and what the networks make of them.
import { readFileSync } from 'node:fs';
import { openModel } from '@asfp/edge-runtime';
import { expect, test } from 'vitest';
import { drawPictures } from './drawPictures.ts';

interface Pictures {
  readonly labels: readonly string[];
  readonly pictures: readonly { readonly label: number; readonly pixels: string }[];
}

const models = new URL('../../apps/demo/models/resnet20-cifar10/', import.meta.url);
const read = (path: string): Buffer => readFileSync(new URL(path, models));
const kept = JSON.parse(read('pictures.json').toString()) as Pictures;

test('each is what its drawing gives', async () => {
  const drawn = (await drawPictures()) as Pictures;
  expect(drawn.labels).toEqual(kept.labels);
  kept.pictures.forEach(({ pixels }, i) => {
    const [a, b] = [pixels, drawn.pictures[i]?.pixels ?? ''].map((text) => Buffer.from(text, 'base64'));
    expect(b?.length).toBe(a?.length);
    // Another browser may soften edges otherwise, by a few of 255.
    expect(Math.max(...[...(a ?? [])].map((value, j) => Math.abs(value - (b?.[j] ?? 0))))).toBeLessThan(8);
  });
});

test.each(['dense', 'compact'])('the %s network knows nine of the ten at least', async (name) => {
  const session = await openModel(
    { json: read(`${name}/model.json`), shards: { 'weights.bin': read(`${name}/weights.bin`) } },
    { engine: 'compiled', threads: 1 },
  );
  const { mean, deviation } = session.info.card?.input ?? { mean: [], deviation: [] };
  const right = [];
  for (const { label, pixels } of kept.pictures) {
    const numbers = Float32Array.from(Buffer.from(pixels, 'base64'), (byte, i) => {
      return (byte / 255 - (mean[i % 3] ?? 0)) / (deviation[i % 3] ?? 1);
    });
    const [best] = await session.classify(numbers);
    right.push(best?.label === kept.labels[label]);
  }
  await session.dispose();
  expect(right.filter(Boolean).length).toBeGreaterThanOrEqual(9);
});
