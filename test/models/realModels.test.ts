// Real models compact to the same answers, as they come and with filters zeroed; the counts are as predicted.
import {
  compact,
  compareRuns,
  proofTolerance,
  proveEqual,
  pruneFilters,
  seededInputs,
} from '@asfp/compactor';
import {
  type AsfpError,
  costTable,
  type Feeds,
  type Graph,
  ratePlan,
  readModel,
  rngFromSeed,
  runGraph,
  writeGraphModel,
} from '@asfp/core';
import { expect, test } from 'vitest';
import { runOnTfjs } from '../differential/tfjsRun.ts';
import { modelFiles, modelFolder, modelNames } from './modelFolder.ts';

/** Beyond these multiply-adds the interpreter takes seconds: such a model is run at one rate, on the interpreter alone. */
const quickMacs = 20e6;

/** Height and width of images where the model takes any. */
const openSize = 24;

type Outputs = ReadonlyMap<string, ArrayLike<number>>;

/** Image sizes that the model leaves open are set. */
function sized(graph: Graph): Graph {
  const nodes = graph.nodes.map((node) => {
    if (node.op !== 'input') return node;
    const shape = node.attrs.shape.map((dim, axis) => (axis === 0 ? dim : (dim ?? openSize)));
    return { ...node, attrs: { ...node.attrs, shape } };
  });
  return { ...graph, nodes };
}

function oracle(graph: Graph, feeds: Feeds): Outputs {
  return new Map([...runGraph(graph, feeds)].map(([name, { values }]) => [name, values]));
}

function errorOf(a: Outputs, b: Outputs): number {
  expect([...b.keys()]).toEqual([...a.keys()]);
  const pairs = [...a].map(([name, values]) => ({ name, rowLength: 1, a: values, b: b.get(name) ?? [] }));
  return compareRuns(pairs).maxRelError;
}

/** Multiply-adds of one image; 0 where they depend on sizes that only a run can tell. */
function macsOf(graph: Graph): number {
  try {
    return costTable(graph).macs;
  } catch (error) {
    expect((error as AsfpError).code).toBe('cost-size');
    return 0;
  }
}

function zeroed(graph: Graph, rate: number): Graph {
  return pruneFilters(graph, ratePlan(graph, { rate, criterion: 'l2', seed: 1 })).graph;
}

/** What is wrong with compacting a model, none and some of its filters zeroed; nothing when all is well. */
async function faultsOf(graph: Graph): Promise<string[]> {
  const faults: string[] = [];
  const isOpaque = graph.nodes.some((node) => node.op === 'opaque');
  const isQuick = macsOf(graph) < quickMacs;
  const feeds = seededInputs(graph, 2, rngFromSeed(5));
  const rates = isQuick ? [0, 0.3, 0.5] : [0.5];
  for (const rate of rates) {
    const must = (holds: boolean, what: string): void => {
      if (!holds) faults.push(`rate ${rate}: ${what}`);
    };
    const pruned = zeroed(graph, rate);
    const small = compact(pruned).graph;
    const [most, least] = [macsOf(pruned), macsOf(small)];
    must(least <= most, `${least} multiply-adds of ${most}`);
    // Where every layer is an answer (its values are a result), no filter may go and the graph is the same.
    must(pruned === graph || most === 0 || least < most, 'no fewer multiply-adds');
    const truth = isOpaque ? undefined : oracle(pruned, feeds);
    if (truth !== undefined && isQuick) must(proveEqual(pruned, small, 2).passed, 'the proof fails');
    if (truth !== undefined && !isQuick) {
      must(errorOf(truth, oracle(small, feeds)) < proofTolerance, 'the oracle gives other answers');
    }
    if (!isQuick) continue;
    // On tfjs both round every sum to float32, so they may differ by what thousands of products round.
    const before = truth ?? (await runOnTfjs(writeGraphModel(pruned), feeds));
    const after = await runOnTfjs(writeGraphModel(small), feeds);
    must(errorOf(before, after) < 1e-4, 'tfjs gives other answers');
  }
  return faults;
}

const folder = modelFolder();
const names = folder === undefined ? [] : modelNames(folder);
const read = (name: string): Graph => readModel(modelFiles(folder as string, name), name);

const presence =
  folder === undefined ? 'not run: real models (no folder: set ASFP_MODELS)' : 'real models are there';

test.each([presence])('%s', () => expect(names.length > 0).toBe(folder !== undefined));

test.each(names)('%s', async (name) => expect(await faultsOf(sized(read(name)))).toEqual([]), 300_000);

test.each(names.filter((name) => name === 'layers/doodlenet'))(
  '%s, half and a third of its filters zeroed: the multiply-adds that a count by hand predicts',
  (name) => {
    const graph = read(name);
    for (const rate of [0.3, 0.5]) {
      const pruned = zeroed(graph, rate);
      expect(costTable(compact(pruned).graph).macs).toBe(predictedMacs(pruned));
    }
  },
);

/**
 * A plain chain of 3 × 3 convolutions with SAME padding and relu, then dense layers: each convolution loses its zero
 * filters, but one stays to carry the constants of those whose bias is above zero into the next border.
 */
function predictedMacs(graph: Graph): number {
  const values = (name: string | undefined): ArrayLike<number> => {
    const node = graph.nodes.find((each) => each.name === name);
    return node?.op === 'const' ? node.attrs.tensor.values : [];
  };
  const layers = costTable(graph).layers;
  let macs = 0;
  let [before, kept] = [1, 1];
  for (const [at, layer] of layers.entries()) {
    const node = graph.nodes.find((each) => each.name === layer.name);
    const kernel = values(node?.inputs[1]);
    const bias = values(node?.inputs[2]);
    let [live, carriers] = [0, 0];
    for (let filter = 0; filter < layer.filters; filter++) {
      let isZero = true;
      for (let i = filter; i < kernel.length; i += layer.filters) if (kernel[i] !== 0) isZero = false;
      if (!isZero) live++;
      else if ((bias[filter] as number) > 0) carriers = 1;
    }
    const bordersFollow = layers[at + 1]?.op === 'conv2d';
    const left = live + (bordersFollow ? carriers : 0);
    macs += (layer.macs / before / layer.filters) * kept * left;
    [before, kept] = [layer.filters, left];
  }
  return Math.round(macs);
}
