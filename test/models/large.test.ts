// Graphs as large and as deep as real ones compact, and to the right size; how long it takes is test/bench/compactLarge.ts's to tell.
import { compact, compareRuns, seededInputs } from '@asfp/compactor';
import { costTable, type Graph, rngFromSeed, runGraph } from '@asfp/core';
import { expect, test } from 'vitest';
import { chain, denseBlock, resnet50 } from './largeGraphs.ts';

function errorOf(before: Graph, after: Graph): number {
  const feeds = seededInputs(before, 1, rngFromSeed(2));
  const found = runGraph(after, feeds);
  return compareRuns(
    [...runGraph(before, feeds)].map(([name, { values }]) => ({
      name,
      rowLength: values.length,
      a: values,
      b: found.get(name)?.values ?? [],
    })),
  ).maxRelError;
}

function filtersOf(graph: Graph): Map<string, number> {
  return new Map(costTable(graph).layers.map(({ name, filters }) => [name, filters]));
}

test('ResNet-50 loses its zero filters, and two thirds of each layer inside a block stay', () => {
  const graph = resnet50(32);
  const before = costTable(graph);
  expect(before.params).toBe(25_557_032);
  const small = compact(graph).graph;
  const after = filtersOf(small);
  let inside = 0;
  for (const layer of before.layers) {
    if (layer.zeroFilters === 0) continue;
    inside++;
    const kept = after.get(layer.name) ?? 0;
    const left = layer.filters - layer.zeroFilters;
    // One more where a constant has to be carried into a border.
    expect(kept - left, `${layer.name}: ${kept} of ${layer.filters}`).toBeGreaterThanOrEqual(0);
    expect(kept - left, `${layer.name}: ${kept} of ${layer.filters}`).toBeLessThanOrEqual(1);
  }
  expect(inside).toBe(48);
  expect(errorOf(graph, small)).toBeLessThan(1e-5);
});

test('a chain of a thousand layers does not overflow the stack', () => {
  const graph = chain(1000);
  const small = compact(graph).graph;
  const kept = filtersOf(small);
  expect(kept.size).toBe(1000);
  // Of eight filters three are zero; one of those stays where it carries a constant into the next border.
  const last = costTable(graph).layers.at(-1)?.name ?? '';
  const inside = [...kept].filter(([name]) => name !== last);
  expect(inside.filter(([, filters]) => filters !== 5 && filters !== 6)).toEqual([]);
  expect(small.nodes.filter((node) => node.op === 'batchNorm')).toEqual([]);
});

test('a dense block of three hundred concats loses a quarter of what each layer adds', () => {
  const graph = denseBlock(300);
  const small = compact(graph).graph;
  const kept = [...filtersOf(small)].slice(0, -1);
  expect(kept).toHaveLength(300);
  for (const [, filters] of kept) expect(filters).toBe(3);
  expect(errorOf(graph, small)).toBeLessThan(1e-5);
});
