// Random graphs compact to the same outputs, to the last bit that rounding allows.
import { type Graph, printGraph, writeGraphModel } from '@asfp/core';
import { graphFromSeed } from '@asfp/core/testing';
import { expect, test } from 'vitest';
import { openCpu, relativeError, runOnTfjs } from '../differential/tfjsRun.ts';
import { checkCompaction } from './checkCompaction.ts';
import { openSizes } from './openSizes.ts';

const seeds = 500;
const perTest = 50;

function check(seed: number): number {
  const graph = graphFromSeed(seed);
  try {
    return checkCompaction(graph).filtersCut;
  } catch (cause) {
    throw new Error(`seed ${seed} (pnpm fuzz --from ${seed} --seeds 1): ${String(cause)}`, { cause });
  }
}

test.each(Array.from({ length: seeds / perTest }, (_, i) => i * perTest))(
  'fifty random graphs from seed %i: same outputs, same text when done twice, same bytes',
  (from) => {
    let cut = 0;
    for (let seed = from; seed < from + perTest; seed++) if (check(seed) > 0) cut++;
    expect(cut).toBeGreaterThan(perTest * 0.7);
  },
);

test('a hundred random graphs of images of any size', () => {
  let cut = 0;
  let open = 0;
  for (let seed = 1000; seed < 1100; seed++) {
    const sized = graphFromSeed(seed);
    const graph = openSizes(sized);
    if (graph === undefined) continue;
    open++;
    if (checkCompaction(graph, sized).filtersCut > 0) cut++;
  }
  expect(open).toBeGreaterThan(50);
  expect(cut).toBeGreaterThan(open * 0.6);
});

test('sixty compacted random graphs give on plain tfjs what the interpreter gives of the original', async () => {
  await openCpu();
  for (let seed = 0; seed < 60; seed++) {
    const graph: Graph = graphFromSeed(seed);
    const { compacted, feeds, truth } = checkCompaction(graph);
    const found = await runOnTfjs(writeGraphModel(compacted), feeds);
    for (const [name, values] of truth) {
      // tfjs sums in float32: a few hundred products a value, a dozen layers deep.
      expect(relativeError(values, found.get(name) ?? []), `seed ${seed}\n${printGraph(graph)}`).toBeLessThan(
        2000 * 2 ** -24,
      );
    }
  }
});
