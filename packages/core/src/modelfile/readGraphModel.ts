// Knows how the nodes of a GraphModel (TensorFlow's ops, fused ones included) become nodes of a graph.
import { AsfpError } from '../errors.ts';
import type { Dim, Graph, GraphNode, GraphOutput } from '../graph/graph.ts';
import { shapeAfter } from '../graph/inferShapes.ts';
import type { Shape } from '../graph/ops.ts';
import { inReadingOrder } from '../graph/walk.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import type { ModelJson } from './manifest.ts';
import { opaqueNode, opNodes, partName } from './opNodes.ts';
import { type StaticInts, staticInts } from './staticInts.ts';
import { AttrReader, type NodeDef } from './tfNodeDefs.ts';

type Json = Readonly<Record<string, unknown>>;

/** The graph of a GraphModel; constants that only say how an op works (axes, paddings, shapes) become its attributes. Ops that are not understood stay, opaque; throws, naming the node, for those that cannot. */
export function readGraphModel(
  model: ModelJson,
  weights: ReadonlyMap<string, HostTensor>,
  where: string,
): Graph {
  const raw = model.modelTopology['node'] as readonly NodeDef[];
  const byName = new Map(raw.map((def) => [def.name, def]));
  const defs = raw.map((def) => {
    const refs = (def.input ?? []).filter((from) => !from.startsWith('^')).map(plainName);
    // Reading order goes by nodes, whichever of their results is read.
    return { ...def, refs, inputs: refs.map((ref) => baseName(ref)) };
  });
  // Where old converters put it, tfjs still looks first.
  const { signature: inMetadata, ...metadata } = model.userDefinedMetadata ?? {};
  const signature = (inMetadata ?? model.signature ?? {}) as Json;
  const further = furtherResults(defs, signature);
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
  const nodes: GraphNode[] = [];
  const shapes = new Map<string, Shape>();
  const ints = new Map<string, StaticInts>();
  // The results of a split that was understood are nodes of their own.
  const aliases = new Map<string, string>();
  const nameOf = (ref: string): string => aliases.get(ref) ?? ref;
  const nodesOf = (def: NodeDef, inputs: readonly string[]): GraphNode[] => {
    if (def.op === 'Placeholder') return [inputNode(def, signature)];
    const results = [...(further.get(def.name) ?? [])].sort((one, other) => one - other);
    const read = opNodes(def, inputs, { constants, shapes, ints });
    const names = new Set(read.map((node) => node.name));
    for (const index of results) aliases.set(`${def.name}:${index}`, partName(def.name, index));
    if (results.every((index) => names.has(partName(def.name, index)))) return read;
    for (const index of results) aliases.delete(`${def.name}:${index}`);
    return [
      opaqueNode(def, inputs),
      ...results.map(
        (index): GraphNode => ({
          name: `${def.name}:${index}`,
          op: 'part',
          inputs: [def.name],
          attrs: { index },
        }),
      ),
    ];
  };
  for (const def of inReadingOrder(defs)) {
    const inputs = def.refs.map(nameOf);
    const known = staticInts(def, inputs, { constants, shapes, ints });
    if (known !== undefined) ints.set(def.name, known);
    for (const node of nodesOf(def, inputs)) {
      nodes.push(node);
      const shape = shapeAfter(node, shapes);
      if (shape !== undefined) shapes.set(node.name, shape);
    }
  }
  const outputs = signatureOutputs(signature, defs, byName).map((output) => ({
    ...output,
    from: nameOf(output.from),
  }));
  return withoutStrays({
    name: 'model',
    nodes: inputsFirst(nodes, signature),
    outputs,
    metadata,
  });
}

/** The further results that somebody reads, by node: `name:1` and so on. */
function furtherResults(
  defs: readonly { readonly refs: readonly string[] }[],
  signature: Json,
): Map<string, Set<number>> {
  const outputs = Object.values((signature['outputs'] ?? {}) as Record<string, Json>);
  const refs = [
    ...defs.flatMap((def) => def.refs),
    ...outputs.map((entry) => plainName(String(entry['name']))),
  ];
  const further = new Map<string, Set<number>>();
  for (const ref of refs) {
    const base = baseName(ref);
    if (base === ref) continue;
    const indices = further.get(base) ?? new Set<number>();
    further.set(base, indices.add(Number(ref.slice(base.length + 1))));
  }
  return further;
}

function inputNode(def: NodeDef, signature: Json): GraphNode {
  const attrs = new AttrReader(def);
  const entries = Object.entries((signature['inputs'] ?? {}) as Record<string, Json>);
  const [key = def.name, entry] =
    entries.find(([, one]) => plainName(String(one['name'])) === def.name) ?? [];
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
    attrs: {
      shape: shape as Dim[],
      dtype: attrs.type('dtype', 'float32'),
      ...(key === def.name ? {} : { key }),
    },
  };
}

function signatureOutputs(
  signature: Json,
  defs: readonly { readonly name: string; readonly op: string; readonly inputs: readonly string[] }[],
  byName: ReadonlyMap<string, unknown>,
): GraphOutput[] {
  const named = Object.entries((signature['outputs'] ?? {}) as Record<string, Json>)
    .map(([name, entry]) => ({ name, from: plainName(String(entry['name'])) }))
    .filter(({ from }) => byName.has(baseName(from)));
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

/** What only computed shapes, and constants that became attributes, are read by nobody any more. */
function withoutStrays(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map((output) => output.from));
  for (const node of [...graph.nodes].reverse())
    if (needed.has(node.name)) for (const from of node.inputs) needed.add(from);
  // Other nodes that nobody reads are the model's own, and a pass says that it took them out.
  const unclear = new Set<string>();
  for (const node of graph.nodes) {
    if (node.op === 'opaque' || node.inputs.some((from) => unclear.has(from))) unclear.add(node.name);
  }
  const kept = graph.nodes.filter((node) => needed.has(node.name) || !unclear.has(node.name));
  const read = new Set([
    ...kept.flatMap((node) => node.inputs),
    ...graph.outputs.map((output) => output.from),
  ]);
  return { ...graph, nodes: kept.filter((node) => node.op !== 'const' || read.has(node.name)) };
}

function plainName(ref: string): string {
  return ref.endsWith(':0') ? ref.slice(0, -2) : ref;
}

function baseName(ref: string): string {
  return ref.replace(/:\d+$/, '');
}
