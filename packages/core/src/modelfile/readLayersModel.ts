// Knows how layers of a LayersModel (its topology in Keras's words) become nodes of a graph.
import type { Graph, GraphNode } from '../graph/graph.ts';
import { type Shape, shapeOf } from '../graph/ops.ts';
import { inReadingOrder } from '../graph/walk.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import { layerNodes } from './layerNodes.ts';
import { layerPlan } from './layerPlan.ts';
import { layerWeights } from './layerWeights.ts';
import type { ModelJson } from './manifest.ts';

type Json = Readonly<Record<string, unknown>>;

/** The graph of a LayersModel: one node a layer, named like it, with its weights as constants `layer/kernel` and so on. Throws, naming the layer, where it knows no such layer. */
export function readLayersModel(
  model: ModelJson,
  weights: ReadonlyMap<string, HostTensor>,
  where: string,
): Graph {
  const topology = (model.modelTopology['model_config'] ?? model.modelTopology) as Json;
  const config = topology['config'] as Json;
  const plan = layerPlan(topology, where);
  const own = layerWeights(plan.calls, weights);
  const byName = new Map<string, GraphNode>();
  const shapes = new Map<string, Shape>();
  const inputs = plan.inputs.flatMap((name) => plan.calls.filter((call) => call.name === name));
  for (const call of inReadingOrder([...inputs, ...plan.calls.filter((call) => !inputs.includes(call))])) {
    const inputShapes = call.inputs.map((name) => shapes.get(name) ?? []);
    for (const node of layerNodes(call, own, inputShapes)) {
      // A shared layer brings its weights once for each call.
      if (node.op === 'const' && byName.has(node.name)) continue;
      byName.set(node.name, node);
      shapes.set(
        node.name,
        shapeOf(
          node,
          node.inputs.map((from) => shapes.get(from) ?? []),
        ),
      );
    }
  }
  return {
    name: String(config['name'] ?? 'model'),
    nodes: [...byName.values()],
    outputs: plan.outputs,
    metadata: model.userDefinedMetadata ?? {},
  };
}
