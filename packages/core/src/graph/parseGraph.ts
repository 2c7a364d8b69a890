// Knows how to read the text form of a graph, for tests and reports of faults.
import { AsfpError } from '../errors.ts';
import { rngFromSeed } from '../rng.ts';
import { type HostTensor, sizeOf } from '../tensor/hostTensor.ts';
import type { Graph, GraphNode, GraphOutput } from './graph.ts';
import { ops } from './ops.ts';
import { defaultAttrs } from './printGraph.ts';
import { validate } from './validate.ts';

/** Attributes that an op has besides those that the text may leave out. */
const optionalAttrs: Readonly<Record<string, readonly string[]>> = {
  conv2d: ['activation', 'alpha', 'dilations'],
  depthwiseConv2d: ['activation', 'alpha', 'dilations'],
  matMul: ['activation', 'alpha'],
  unary: ['alpha'],
};

const name = '(?:[\\w./:-]+|"(?:[^"\\\\]|\\\\.)*")';
const nodeLine = new RegExp(`^(${name}) = (\\w+)(?:\\(([^)]*)\\))?((?: \\w+=\\S+)*)(?: : \\[[^\\]]*\\])?$`);
const constLine = new RegExp(
  `^(${name}) = const (float32|int32|bool)\\[([\\d,]*)\\] (values|seed)=(\\S+)(?: : .*)?$`,
);
const outputLine = new RegExp(`^output (".*") = (${name})$`);

/** The graph that a text describes; a constant's `seed=N` fills it with normal numbers. Throws, naming the line, where it cannot be read. */
export function parseGraph(text: string): Graph {
  const nodes: GraphNode[] = [];
  const outputs: GraphOutput[] = [];
  let graphName = '';
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('//')) continue;
    const constant = constLine.exec(line);
    const output = outputLine.exec(line);
    const node = nodeLine.exec(line);
    if (line.startsWith('graph ')) graphName = JSON.parse(line.slice(6)) as string;
    else if (output !== null)
      outputs.push({ name: JSON.parse(output[1] as string) as string, from: plain(output[2] as string) });
    else if (constant !== null) nodes.push(constantNode(constant));
    else if (node !== null && Object.hasOwn(ops, node[2] as string)) nodes.push(plainNode(node));
    else {
      throw new AsfpError({
        code: 'graph-text',
        where: `line ${index + 1}`,
        expected: 'a node, a constant or an output',
        found: line,
      });
    }
  }
  const graph: Graph = { name: graphName, nodes, outputs, metadata: {} };
  validate(graph);
  return graph;
}

function constantNode([, nodeName, dtype, dims, kind, rest]: RegExpExecArray): GraphNode {
  const shape = (dims as string) === '' ? [] : (dims as string).split(',').map(Number);
  const length = sizeOf(shape);
  const rng = rngFromSeed(Number(rest));
  const numbers =
    kind === 'seed' ? Array.from({ length }, () => rng.normal()) : (JSON.parse(rest as string) as number[]);
  const values =
    dtype === 'float32'
      ? Float32Array.from(numbers)
      : dtype === 'int32'
        ? Int32Array.from(numbers)
        : Uint8Array.from(numbers);
  const tensor: HostTensor = { dtype: dtype as HostTensor['dtype'], shape, values };
  return { name: plain(nodeName as string), op: 'const', inputs: [], attrs: { tensor } };
}

function plainNode([, nodeName, op, inputs, attrs]: RegExpExecArray): GraphNode {
  const given = Object.fromEntries(
    [...(attrs ?? '').matchAll(/ (\w+)=(\S+)/g)].map(([, key, value]) => [
      key,
      JSON.parse(value as string) as unknown,
    ]),
  );
  const filled = Object.fromEntries(
    (optionalAttrs[op as string] ?? []).map((key) => [key, defaultAttrs[key]]),
  );
  return {
    name: plain(nodeName as string),
    op: op as GraphNode['op'],
    inputs: (inputs ?? '')
      .split(',')
      .map((part) => plain(part.trim()))
      .filter((part) => part !== ''),
    attrs: { ...filled, ...given },
  } as unknown as GraphNode;
}

function plain(text: string): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}
