// Knows how a graph is written as a LayersModel of standard layers that plain tfjs loads.
import type { Graph } from '../graph/graph.ts';
import { inferShapes } from '../graph/inferShapes.ts';
import { nodesByName } from '../graph/walk.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import { encodeWeights } from './encodeWeights.ts';
import type { LayerDraft } from './layerDraft.ts';
import { layerDrafts } from './layerDrafts.ts';
import type { WrittenModel } from './writeGraphModel.ts';

/** The file that holds all weights. */
const shardName = 'weights.bin';

/**
 * The graph as a functional LayersModel; each layer has its node's name, as far as tfjs takes it.
 *
 * The outputs are those of the graph, in its order; a LayersModel calls them by their layers. Throws AsfpError
 * `layers-unsupported`, naming the node, for what no standard layer does.
 */
export function writeLayersModel(graph: Graph): WrittenModel {
  const context = { shapes: inferShapes(graph), nodes: nodesByName(graph) };
  const nameOf = legalNames();
  const drafts = graph.nodes.filter(({ op }) => op !== 'const').flatMap((node) => layerDrafts(node, context));
  const weights = new Map<string, HostTensor>();
  for (const draft of drafts)
    for (const [part, tensor] of Object.entries(draft.weights))
      weights.set(`${nameOf(draft.name)}/${part}`, tensor);
  const { group, bytes } = encodeWeights(weights, shardName);
  const inputs = drafts.filter(({ kind }) => kind === 'InputLayer');
  const config = {
    name: graph.name,
    layers: drafts.map((draft) => layerJson(draft, nameOf)),
    input_layers: inputs.map(({ name }) => [nameOf(name), 0, 0]),
    output_layers: graph.outputs.map(({ from }) => [nameOf(from), 0, 0]),
  };
  const json = {
    format: 'layers-model',
    generatedBy: 'asfp',
    convertedBy: null,
    modelTopology: {
      keras_version: '2.13.1',
      backend: 'tensorflow',
      model_config: { class_name: 'Functional', config },
    },
    weightsManifest: [group],
    ...(Object.keys(graph.metadata).length === 0 ? {} : { userDefinedMetadata: graph.metadata }),
  };
  return { json, shards: new Map([[shardName, bytes]]) };
}

function layerJson(draft: LayerDraft, nameOf: (name: string) => string): unknown {
  const name = nameOf(draft.name);
  const inbound = draft.inputs.map((from) => [nameOf(from), 0, 0, {}]);
  return {
    class_name: draft.kind,
    name,
    config: { name, trainable: true, ...draft.config },
    inbound_nodes: inbound.length === 0 ? [] : [inbound],
  };
}

/** Names that tfjs takes: letters, digits, `-`, `_`, `.` and `/`, a letter or digit first; the same name for the same node. */
function legalNames(): (name: string) => string {
  const given = new Map<string, string>();
  const taken = new Set<string>();
  return (name) => {
    const known = given.get(name);
    if (known !== undefined) return known;
    const base = name.replace(/[^A-Za-z0-9_./-]/g, '_').replace(/^[^A-Za-z0-9]/, 'n$&');
    let legal = base;
    for (let i = 1; taken.has(legal); i++) legal = `${base}_${i}`;
    taken.add(legal);
    given.set(name, legal);
    return legal;
  };
}
