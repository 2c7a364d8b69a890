// Knows the text form of a graph: one line a node, attributes in the order of the alphabet.
import type { HostTensor } from '../tensor/hostTensor.ts';
import type { Graph, GraphNode } from './graph.ts';
import { inferShapes } from './inferShapes.ts';
import { showShape } from './ops.ts';

/** Attributes that are left out of the text when they have these values. */
export const defaultAttrs: Readonly<Record<string, unknown>> = {
  activation: 'none',
  alpha: 0,
  dilations: [1, 1],
};

/** Constants of at most this many values are printed whole, larger ones by a hash. */
const wholeValues = 18;

/** The graph as text; `parseGraph` reads it back where every constant is small. */
export function printGraph(graph: Graph): string {
  const shapes = inferShapes(graph);
  const lines = [`graph ${quoted(graph.name)}`];
  for (const node of graph.nodes) {
    lines.push(`${nameText(node.name)} = ${nodeText(node)} : ${showShape(shapes.get(node.name) ?? [])}`);
  }
  for (const output of graph.outputs) lines.push(`output ${quoted(output.name)} = ${nameText(output.from)}`);
  return `${lines.join('\n')}\n`;
}

function nodeText(node: GraphNode): string {
  if (node.op === 'const') return `const ${constantText(node.attrs.tensor)}`;
  const inputs = node.inputs.length === 0 ? '' : `(${node.inputs.map(nameText).join(', ')})`;
  const attrs = Object.entries(node.attrs as Readonly<Record<string, unknown>>)
    .filter(([key, value]) => JSON.stringify(defaultAttrs[key]) !== JSON.stringify(value))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  return `${node.op}${inputs}${attrs.join('')}`;
}

function constantText(tensor: HostTensor): string {
  const head = `${tensor.dtype}[${tensor.shape.join(',')}]`;
  if (tensor.values.length <= wholeValues) return `${head} values=${JSON.stringify([...tensor.values])}`;
  return `${head} hash=${hashOf(tensor.values)}`;
}

function hashOf(values: HostTensor['values']): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function nameText(name: string): string {
  return /^[\w./:-]+$/.test(name) ? name : quoted(name);
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
