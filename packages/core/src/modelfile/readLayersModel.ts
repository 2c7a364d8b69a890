// Knows how layers of a LayersModel (its topology in Keras's words) become nodes of a graph.
import { AsfpError } from '../errors.ts';
import type { Graph, GraphNode, GraphOutput } from '../graph/graph.ts';
import { type Shape, shapeOf } from '../graph/ops.ts';
import { inReadingOrder } from '../graph/walk.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import { type LayerCall, layerNodes } from './layerNodes.ts';
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
  const kind = topology['class_name'];
  const plan =
    kind === 'Sequential'
      ? sequentialPlan(config)
      : kind === 'Model' || kind === 'Functional'
        ? functionalPlan(config, where)
        : undefined;
  if (plan === undefined) {
    throw new AsfpError({
      code: 'layers-topology',
      where,
      expected: 'a Sequential or functional model',
      found: String(kind),
    });
  }
  const byName = new Map<string, GraphNode>();
  const shapes = new Map<string, Shape>();
  const inputs = plan.inputs.flatMap((name) => plan.calls.filter((call) => call.name === name));
  for (const call of inReadingOrder([...inputs, ...plan.calls.filter((call) => !inputs.includes(call))])) {
    const inputShape = shapes.get(call.inputs[0] ?? '') ?? [];
    for (const node of layerNodes(call, weights, inputShape)) {
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

interface Plan {
  readonly calls: readonly LayerCall[];
  readonly inputs: readonly string[];
  readonly outputs: readonly GraphOutput[];
}

function sequentialPlan(config: Json | readonly unknown[]): Plan {
  const layers = (Array.isArray(config) ? config : (config as Json)['layers']) as readonly Json[];
  const calls: LayerCall[] = [];
  let from: string | undefined;
  for (const layer of layers) {
    const layerConfig = layer['config'] as Json;
    const name = String(layerConfig['name']);
    const shape = layerConfig['batch_input_shape'];
    if (from === undefined && layer['class_name'] !== 'InputLayer' && Array.isArray(shape)) {
      from = `${name}_input`;
      calls.push({ kind: 'InputLayer', layer: name, name: from, config: layerConfig, inputs: [] });
    }
    calls.push({
      kind: String(layer['class_name']),
      layer: name,
      name,
      config: layerConfig,
      inputs: from === undefined ? [] : [from],
    });
    from = name;
  }
  const first = calls.find((call) => call.kind === 'InputLayer');
  const last = calls.at(-1);
  return {
    calls,
    inputs: first === undefined ? [] : [first.name],
    outputs: last === undefined ? [] : [{ name: last.name, from: last.name }],
  };
}

function functionalPlan(config: Json, where: string): Plan {
  const calls: LayerCall[] = [];
  for (const layer of config['layers'] as readonly Json[]) {
    const layerConfig = layer['config'] as Json;
    const name = String(layer['name'] ?? layerConfig['name']);
    const kind = String(layer['class_name']);
    const inbound = (layer['inbound_nodes'] ?? []) as readonly unknown[];
    if (inbound.length === 0) calls.push({ kind, layer: name, name, config: layerConfig, inputs: [] });
    for (const [index, call] of inbound.entries()) {
      calls.push({
        kind,
        layer: name,
        name: callName(name, index),
        config: layerConfig,
        inputs: callInputs(call, name, where),
      });
    }
  }
  const ends = (key: string): string[] =>
    endList(config[key], where).map(([layer, index]) => callName(layer, index));
  const outputs = ends('output_layers');
  return { calls, inputs: ends('input_layers'), outputs: outputs.map((name) => ({ name, from: name })) };
}

function callInputs(call: unknown, layer: string, where: string): string[] {
  if (!Array.isArray(call)) {
    throw new AsfpError({
      code: 'layers-topology',
      where: `${where}, layer ${layer}`,
      expected: 'inbound nodes as Keras 2 and tfjs write them',
      found: JSON.stringify(call).slice(0, 80),
    });
  }
  return (call as readonly unknown[][]).map((input) => callName(String(input[0]), Number(input[1])));
}

function endList(value: unknown, where: string): [string, number][] {
  if (!Array.isArray(value)) {
    throw new AsfpError({ code: 'layers-topology', where, expected: 'lists of input and output layers' });
  }
  const many = (Array.isArray(value[0]) ? value : [value]) as unknown[][];
  return many.map((end) => [String(end[0]), Number(end[1])]);
}

/** A shared layer stands in the graph once for each call. */
function callName(layer: string, index: number): string {
  return index === 0 ? layer : `${layer}:${index}`;
}
