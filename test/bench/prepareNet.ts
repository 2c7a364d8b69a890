// Knows how the bench's networks are made and laid out on the disk: seeded weights, zeroed filters, every format, and the oracle's answer.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compact, convert, pruneFilters, writeOnnx } from '@asfp/compactor';
import {
  chooseFilters,
  costTable,
  type FilterPlan,
  filterGroups,
  fitsPattern,
  type Graph,
  l2Norm,
  type ModelFiles,
  nodesByName,
  type Rng,
  ratePlan,
  readModel,
  rngFromSeed,
  runGraph,
  writeGraphModel,
} from '@asfp/core';
import { buildModel } from '@asfp/trainer';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { openCpu, savedLayers } from '../differential/tfjsRun.ts';
import { type BenchNet, type BenchPart, benchNets, type Coupling, partKey } from './benchNets.ts';

/** What is known of a prepared network. */
export interface NetFacts {
  readonly macs: number;
  readonly input: readonly number[];
  /** What the oracle makes of the input, from the network with its zeros and without any rewriting. */
  readonly answer: readonly number[];
}

/** Makes what a net's parts need and what is not there yet; `note` is called before each step. */
export async function prepareNet(
  root: string,
  net: BenchNet,
  parts: readonly BenchPart[],
  note: (text: string) => void,
): Promise<void> {
  const all: BenchPart[] = [{ net, rate: 0, coupling: null }, ...parts.filter(({ rate }) => rate > 0)];
  const missing = all.filter((part) => !existsSync(join(root, partKey(part))));
  if (missing.length === 0) return;
  const saved = await layersFiles(net);
  const graph = readModel(saved, net);
  for (const part of missing) {
    note(`preparing ${partKey(part)}`);
    const folder = join(root, `${partKey(part)}.part`);
    rmSync(folder, { recursive: true, force: true });
    const pruned = part.coupling === null ? graph : pruneAt(graph, part.rate, part.coupling);
    const small = part.coupling === null ? convert(graph).graph : compact(pruned).graph;
    if (part.coupling === null) writeModel(join(folder, 'layers'), saved);
    const written = writeGraphModel(small);
    writeModel(join(folder, 'graph'), written);
    writeFileSync(join(folder, 'model.onnx'), writeOnnx(small));
    writeFileSync(join(folder, 'facts.json'), JSON.stringify(factsOf(pruned, small, net)));
    renameSync(folder, join(root, partKey(part)));
  }
}

/** What was written down of a prepared part. */
export function readFacts(root: string, part: BenchPart): NetFacts {
  return JSON.parse(readFileSync(join(root, partKey(part), 'facts.json'), 'utf8')) as NetFacts;
}

/** Removes what was prepared from other sources. */
export function removeOthers(cache: string, keep: string): void {
  if (!existsSync(cache)) return;
  for (const entry of readdirSync(cache)) {
    if (entry !== keep) rmSync(join(cache, entry), { recursive: true, force: true });
  }
}

/** The files of a network as users have them: kernels from a seed, batch norm with statistics as after training. */
async function layersFiles(net: BenchNet): Promise<ModelFiles> {
  await openCpu();
  const { size, classes } = benchNets[net];
  const rng = rngFromSeed(1);
  const model = buildModel(net, { height: size, width: size, channels: 3, classes }, rng.fork('weights'));
  fillNorms(model, rng.fork('norms'));
  const saved = await savedLayers(model);
  model.dispose();
  return saved;
}

function fillNorms(model: LayersModel, rng: Rng): void {
  for (const layer of model.layers) {
    if (layer.getClassName() !== 'BatchNormalization') continue;
    for (const weight of layer.weights) {
      const spread = weight.originalName.endsWith('variance') || weight.originalName.endsWith('gamma');
      const draw = (): number => (spread ? 0.5 + rng.next() : 0.1 * rng.normal());
      const values = Float32Array.from({ length: weight.shape[0] as number }, draw);
      const tensor = tf.tensor1d(values);
      weight.write(tensor);
      tensor.dispose();
    }
  }
}

/** The network after the last prune of a run with the usual settings: its weakest filters are zero, and say nothing. */
function pruneAt(graph: Graph, rate: number, coupling: Coupling): Graph {
  const plan = planAt(graph, rate, coupling);
  return silent(pruneFilters(graph, plan).graph, plan);
}

function planAt(graph: Graph, rate: number, coupling: Coupling): FilterPlan {
  const plan = ratePlan(graph, { rate, criterion: 'l2', seed: 1 });
  // As a run does: shortcuts that project stay whole, unless all that meet in a stream are pruned together.
  if (coupling === 'independent')
    return new Map([...plan].filter(([kernel]) => !fitsPattern(kernel, '*_projection*')));
  const nodes = nodesByName(graph);
  const quotas = [...plan].map(([kernel, { filters }]) => {
    const node = nodes.get(kernel);
    if (node?.op !== 'const') throw new Error(`internal: ${kernel} is no constant`);
    return { kernel, scores: l2Norm(node.attrs.tensor), count: filters.length };
  });
  const chosen = chooseFilters(quotas, filterGroups(graph));
  return new Map([...plan].map(([kernel, { of }]) => [kernel, { of, filters: chosen.get(kernel) ?? [] }]));
}

/** Batch norm behind zeroed filters with offset and mean 0: what settling leaves. */
function silent(graph: Graph, plan: FilterPlan): Graph {
  const nodes = nodesByName(graph);
  const zeros = new Map<string, readonly number[]>();
  for (const node of graph.nodes) {
    const conv = nodes.get(node.inputs[0] ?? '');
    const chosen = conv?.op === 'conv2d' ? plan.get(conv.inputs[1] as string) : undefined;
    if (node.op !== 'batchNorm' || chosen === undefined) continue;
    const [, , beta, mean] = node.inputs;
    for (const name of [beta, mean]) if (name !== undefined) zeros.set(name, chosen.filters);
  }
  return {
    ...graph,
    nodes: graph.nodes.map((node) => {
      const filters = zeros.get(node.name);
      if (node.op !== 'const' || filters === undefined) return node;
      const values = Float32Array.from(node.attrs.tensor.values);
      for (const filter of filters) values[filter] = 0;
      return { ...node, attrs: { ...node.attrs, tensor: { ...node.attrs.tensor, values } } };
    }),
  };
}

function factsOf(original: Graph, small: Graph, net: BenchNet): NetFacts {
  const { size } = benchNets[net];
  const rng = rngFromSeed(2);
  const input = Array.from({ length: size * size * 3 }, () => Math.fround(rng.normal()));
  const name = original.nodes.find(({ op }) => op === 'input')?.name ?? '';
  const outputs = runGraph(original, { [name]: { shape: [1, size, size, 3], values: input } });
  const answer = [...outputs.values()].flatMap(({ values }) => [...values]);
  return { macs: costTable(small).macs, input, answer };
}

function writeModel(folder: string, { json, shards }: ModelFiles): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.json'), JSON.stringify(json));
  for (const [path, bytes] of shards) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}
