// Knows how the nodes of a GraphModel (TensorFlow's ops, fused ones included) become nodes of a graph.
import { AsfpError } from '../errors.ts';
import type { Dim, Graph, GraphNode, GraphOutput } from '../graph/graph.ts';
import { inReadingOrder } from '../graph/walk.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import type { ModelJson } from './manifest.ts';
import { opNodes } from './opNodes.ts';
import { AttrReader, type NodeDef } from './tfNodeDefs.ts';

type Json = Readonly<Record<string, unknown>>;

/** The graph of a GraphModel; constants that only say how an op works (axes, paddings, shapes) become its attributes. Throws, naming the node, for an op that it does not know. */
export function readGraphModel(
  model: ModelJson,
  weights: ReadonlyMap<string, HostTensor>,
  where: string,
): Graph {
  const defs = (model.modelTopology['node'] as readonly NodeDef[]).map((def) => ({
    ...def,
    inputs: (def.input ?? []).filter((from) => !from.startsWith('^')).map(plainName),
  }));
  const byName = new Map(defs.map((def) => [def.name, def]));
  const constants = new Map<string, HostTensor>();
  for (const def of defs) {
    if (def.op !== 'Const') continue;
    const tensor = weights.get(def.name);
    if (tensor === undefined) {
      throw new AsfpError({
        code: 'weights-missing',
        where: `${where}, node ${def.name}`,
        expected: 'its values in the weights manifest',
        found: 'none',
      });
    }
    constants.set(def.name, tensor);
  }
  const signature = (model.signature ?? {}) as Json;
  const nodes: GraphNode[] = [];
  for (const def of inReadingOrder(defs)) {
    if (def.op === 'Placeholder') nodes.push(inputNode(def, signature));
    else nodes.push(...opNodes(def, def.inputs, constants));
  }
  const outputs = signatureOutputs(signature, defs, byName);
  return withoutStrays({
    name: 'model',
    nodes: inputsFirst(nodes, signature),
    outputs,
    metadata: model.userDefinedMetadata ?? {},
  });
}

function inputNode(def: NodeDef, signature: Json): GraphNode {
  const attrs = new AttrReader(def);
  const entries = Object.values((signature['inputs'] ?? {}) as Record<string, Json>);
  const entry = entries.find((one) => plainName(String(one['name'])) === def.name);
  const named = new AttrReader({
    name: def.name,
    op: def.op,
    attr: { shape: { shape: entry?.['tensorShape'] } },
  });
  const shape =
    (entry?.['tensorShape'] === undefined ? undefined : named.shape('shape')) ?? attrs.shape('shape');
  if (shape === undefined) {
    throw new AsfpError({
      code: 'graph-input',
      where: `input ${def.name}`,
      expected: 'a shape of known rank',
      found: 'none',
    });
  }
  return {
    name: def.name,
    op: 'input',
    inputs: [],
    attrs: { shape: shape as Dim[], dtype: attrs.type('dtype', 'float32') },
  };
}

function signatureOutputs(
  signature: Json,
  defs: readonly { readonly name: string; readonly op: string; readonly inputs: readonly string[] }[],
  byName: ReadonlyMap<string, unknown>,
): GraphOutput[] {
  const named = Object.entries((signature['outputs'] ?? {}) as Record<string, Json>)
    .map(([name, entry]) => ({ name, from: plainName(String(entry['name'])) }))
    .filter(({ from }) => byName.has(from));
  if (named.length > 0) return named;
  // Files of old converters carry no signature: their outputs are the nodes that nobody reads.
  const read = new Set(defs.flatMap((def) => def.inputs));
  return defs
    .filter((def) => !read.has(def.name) && def.op !== 'Const' && def.op !== 'Placeholder')
    .map((def) => ({ name: def.name, from: def.name }));
}

function inputsFirst(nodes: readonly GraphNode[], signature: Json): GraphNode[] {
  const order = Object.values((signature['inputs'] ?? {}) as Record<string, Json>).map((one) =>
    plainName(String(one['name'])),
  );
  const rank = (node: GraphNode): number => {
    const at = order.indexOf(node.name);
    return at < 0 ? order.length : at;
  };
  const inputs = nodes.filter((node) => node.op === 'input').sort((a, b) => rank(a) - rank(b));
  return [...inputs, ...nodes.filter((node) => node.op !== 'input')];
}

/** Constants that became attributes are read by nobody any more. */
function withoutStrays(graph: Graph): Graph {
  const read = new Set([
    ...graph.nodes.flatMap((node) => node.inputs),
    ...graph.outputs.map((output) => output.from),
  ]);
  return { ...graph, nodes: graph.nodes.filter((node) => node.op !== 'const' || read.has(node.name)) };
}

function plainName(ref: string): string {
  return ref.endsWith(':0') ? ref.slice(0, -2) : ref;
}
