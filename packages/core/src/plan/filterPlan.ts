// Knows how filters to be removed are chosen in a graph that has no zeros: the weakest share of each layer, or all under a threshold.

import { l2Norm } from '../criteria/l2Norm.ts';
import { type CriterionName, scoreFilters } from '../criteria/scoreFilters.ts';
import type { Graph, GraphNode, OpKind } from '../graph/graph.ts';
import { constantTensor, nodesByName, readersOf } from '../graph/walk.ts';
import { rngFromSeed } from '../rng.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import { answerLayers } from './answerLayers.ts';
import { prunedCount } from './schedule.ts';
import { weakest } from './weakest.ts';

/** What is chosen of one kernel. */
export interface ChosenFilters {
  /** How many filters the kernel has; a depthwise one `[kh, kw, c, multiplier]` has c · multiplier. */
  readonly of: number;
  /** The chosen ones, ascending. */
  readonly filters: readonly number[];
}

/** The chosen filters by kernel (the name of its const node). */
export type FilterPlan = ReadonlyMap<string, ChosenFilters>;

/**
 * The weakest `rate` of the filters of each convolution, as one-shot pruning chooses them.
 *
 * Left alone: depthwise and dense layers, the layers that give the answers, and layers with one filter. A kernel
 * that several layers share is scored once.
 */
export function ratePlan(
  graph: Graph,
  options: { readonly rate: number; readonly criterion: CriterionName; readonly seed: number },
): FilterPlan {
  const readers = readersOf(graph);
  const nodes = nodesByName(graph);
  const plan = new Map<string, ChosenFilters>();
  for (const { layer, kernelName, kernel, of } of choosable(graph, ['conv2d'])) {
    const count = prunedCount(of, options.rate);
    if (count === 0) continue;
    const norm = readers.get(layer.name)?.find((reader) => reader.op === 'batchNorm');
    const scale = constantTensor(nodes, norm?.inputs[1])?.values;
    const rng = rngFromSeed(options.seed).fork(layer.name);
    const scores = scoreFilters(options.criterion, { kernel, scale }, rng);
    plan.set(kernelName, { of, filters: weakest(scores, count) });
  }
  return plan;
}

/**
 * The filters whose L2 norm is at most `threshold` times the largest norm of their layer.
 *
 * The measure is relative, so that it means the same in every layer, whatever its scale. Chosen are filters of
 * convolutions, depthwise ones too, and dense layers; the layers that give the answers are left alone, and so are
 * filters that are exactly zero already.
 */
export function thresholdPlan(graph: Graph, threshold: number): FilterPlan {
  const plan = new Map<string, ChosenFilters>();
  for (const { kernelName, kernel, of } of choosable(graph, ['conv2d', 'depthwiseConv2d', 'matMul'])) {
    const norms = l2Norm({ ...kernel, shape: [kernel.values.length / of, of] });
    const least = threshold * norms.reduce((most, norm) => Math.max(most, norm), 0);
    const chosen = [...norms.keys()].filter((f) => (norms[f] as number) > 0 && (norms[f] as number) <= least);
    if (chosen.length > 0) plan.set(kernelName, { of, filters: chosen });
  }
  return plan;
}

interface Choosable {
  readonly layer: GraphNode;
  readonly kernelName: string;
  readonly kernel: HostTensor;
  readonly of: number;
}

/** The layers of these kinds that a plan may touch, one for each kernel. */
function choosable(graph: Graph, kinds: readonly OpKind[]): Choosable[] {
  const nodes = nodesByName(graph);
  const answers = answerLayers(graph);
  // A kernel that an answering layer shares, or that is read in another way too, is not free to be changed.
  const fixed = new Set([
    ...graph.outputs.map(({ from }) => from),
    ...graph.nodes.flatMap((node) =>
      node.inputs.filter((_, at) => !(kinds.includes(node.op) && at === 1 && !answers.has(node.name))),
    ),
  ]);
  const found = new Map<string, Choosable>();
  for (const layer of graph.nodes) {
    if (!kinds.includes(layer.op)) continue;
    const kernelName = layer.inputs[1] as string;
    const kernel = constantTensor(nodes, kernelName);
    if (kernel === undefined || fixed.has(kernelName) || found.has(kernelName)) continue;
    const [ins, outs] = kernel.shape.slice(-2) as [number, number];
    const of = layer.op === 'depthwiseConv2d' ? ins * outs : outs;
    if (of > 1) found.set(kernelName, { layer, kernelName, kernel, of });
  }
  return [...found.values()];
}
