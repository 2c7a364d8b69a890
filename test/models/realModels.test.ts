// Real models compact to the same answers, as they come and with filters zeroed, and to exactly the predicted cost.
import {
  compact,
  compareRuns,
  proofTolerance,
  proveEqual,
  pruneFilters,
  seededInputs,
} from '@asfp/compactor';
import {
  costTable,
  type Feeds,
  type Graph,
  type ModelFiles,
  ratePlan,
  readModel,
  rngFromSeed,
  runGraph,
  writeGraphModel,
} from '@asfp/core';
import { expect, test } from 'vitest';
import { runOnTfjs } from '../differential/tfjsRun.ts';
import { runCompiled } from './compiledRun.ts';
import { modelFiles, modelFolder, modelNames } from './modelFolder.ts';
import { packageModels } from './packageModels.ts';
import { predictedMacs } from './predictedMacs.ts';

/** Up to these multiply-adds the interpreter and the proof run a model at every rate. */
const quickMacs = 20e6;

/** Beyond these the interpreter takes many seconds: such a model is compared with tfjs alone. */
const slowMacs = 250e6;

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

function zeroed(graph: Graph, rate: number): Graph {
  return pruneFilters(graph, ratePlan(graph, { rate, criterion: 'l2', seed: 1 })).graph;
}

/** A GraphModel states axes and shapes as constants of a few bytes, which a LayersModel has in its text. */
const constantBytes = 128;

function bytesOf(graph: Graph): number {
  return sumOf(writeGraphModel(graph).shards);
}

function sumOf(shards: ModelFiles['shards']): number {
  return [...shards.values()].reduce((sum, shard) => sum + shard.byteLength, 0);
}

/** What is wrong with compacting a model, none and some of its filters zeroed; nothing when all is well. */
async function faultsOf(graph: Graph, bytes: number): Promise<string[]> {
  const faults: string[] = [];
  const { macs } = costTable(graph);
  const isQuick = macs < quickMacs;
  const feeds = seededInputs(graph, isQuick ? 2 : 1, rngFromSeed(5));
  for (const rate of [0, 0.3, 0.5]) {
    const must = (holds: boolean, what: string): void => {
      if (!holds) faults.push(`rate ${rate}: ${what}`);
    };
    const pruned = zeroed(graph, rate);
    const small = compact(pruned).graph;
    const [least, predicted] = [costTable(small).macs, predictedMacs(pruned)];
    must(least === predicted, `${least} multiply-adds, predicted ${predicted}`);
    must(least <= macs, `${least} multiply-adds of ${macs}`);
    must(rate > 0 || bytesOf(small) <= bytes + constantBytes, `${bytesOf(small)} bytes of ${bytes}`);
    must(costTable(small).params <= costTable(graph).params, 'more parameters');
    // Where every layer is an answer (its values are a result), no filter may go and the graph is the same.
    must(pruned === graph || least < macs, 'no fewer multiply-adds');
    if (isQuick) must(proveEqual(pruned, small, 2).passed, 'the proof fails');
    const written = writeGraphModel(small);
    const exact = macs < slowMacs ? oracle(pruned, feeds) : undefined;
    const rounded = isQuick ? undefined : await runOnTfjs(writeGraphModel(pruned), feeds, 'wasm');
    if (!isQuick && exact && rate === 0.5) {
      // With half of its filters gone a network may blow up each rounding of float32, so here the oracle decides.
      const error = errorOf(exact, oracle(small, feeds));
      must(error < proofTolerance, `the oracle gives other answers: ${error}`);
    } else {
      // On tfjs both round every sum to float32, so they may differ by what thousands of products round.
      const error = errorOf(
        (rounded ?? exact) as Outputs,
        await runOnTfjs(written, feeds, isQuick ? 'cpu' : 'wasm'),
      );
      must(error < 1e-4, `tfjs gives other answers: ${error}`);
    }
    const compiled = await runCompiled(written, feeds);
    if ('refused' in compiled) must(false, `the compiled engine: ${compiled.refused}`);
    else {
      const error = errorOf((exact ?? rounded) as Outputs, compiled);
      must(error < 1e-4, `the compiled engine gives other answers: ${error}`);
    }
  }
  return faults;
}

const folder = modelFolder();
const names = folder === undefined ? [] : modelNames(folder);
const filesOf = (name: string): ModelFiles => packageModels[name]?.() ?? modelFiles(folder as string, name);

const presence =
  folder === undefined ? 'not run: real models (no folder: set ASFP_MODELS)' : 'real models are there';

test.each([presence])('%s', () => expect(names.length > 0).toBe(folder !== undefined));

test.each([...names, ...Object.keys(packageModels)])(
  '%s',
  async (name) => {
    const files = filesOf(name);
    expect(await faultsOf(sized(readModel(files, name)), sumOf(files.shards))).toEqual([]);
  },
  300_000,
);
