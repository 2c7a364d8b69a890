// Every network of the trainer gives on the compiled engine what the oracle gives, dense, and with filters zeroed and cut.
import { compact, compareRuns, pruneFilters, seededInputs } from '@asfp/compactor';
import { type Graph, ratePlan, readModel, rngFromSeed, runGraph, writeGraphModel } from '@asfp/core';
import { buildModel, modelNames } from '@asfp/trainer';
import { beforeAll, expect, test } from 'vitest';
import { openCpu, savedLayers } from '../differential/tfjsRun.ts';
import { runCompiled } from './compiledRun.ts';

beforeAll(openCpu);

/** Pictures of 33 pixels keep the oracle quick, and give the large networks maps of 17, 9, 5, 3 and 2. */
const shape = { height: 33, width: 33, channels: 3, classes: 10 };

/** What `small` gives on the compiled engine, off what the oracle gives for `graph`, over the largest number. */
async function errorOf(graph: Graph, small: Graph): Promise<number> {
  const feeds = seededInputs(graph, 1, rngFromSeed(3));
  const found = await runCompiled(writeGraphModel(small), feeds);
  if ('refused' in found) throw new Error(found.refused);
  const pairs = [...runGraph(graph, feeds)].map(([name, { values }]) => ({
    ...{ name, rowLength: values.length, a: values, b: found.get(name) ?? [] },
  }));
  return compareRuns(pairs).maxRelError;
}

async function graphOf(name: string): Promise<Graph> {
  const model = buildModel(name, shape, rngFromSeed(1));
  const graph = readModel(await savedLayers(model), name);
  model.dispose();
  return graph;
}

test.each(modelNames)(
  '%s, dense',
  async (name) => {
    const graph = await graphOf(name);
    expect(await errorOf(graph, graph)).toBeLessThan(1e-4);
  },
  120_000,
);

/** Those whose tens of millions of weights would take half a minute, and whose layers others have. */
const heavy: readonly string[] = ['resnet34', 'resnet101', 'vgg16'];

test.each(modelNames.filter((name) => !heavy.includes(name)))(
  '%s, with four filters in ten cut',
  async (name) => {
    const graph = await graphOf(name);
    const pruned = pruneFilters(graph, ratePlan(graph, { rate: 0.4, criterion: 'l2', seed: 1 })).graph;
    expect(await errorOf(pruned, compact(pruned).graph)).toBeLessThan(1e-4);
  },
  120_000,
);
