// Knows how the ops that move channels about work on fewer of them.
import { constantTensor, type GraphNode, int32Tensor, takeAxis } from '@asfp/core';
import { withInputs } from '../pipeline/editGraph.ts';
import type { Cut, CutTools } from './cutTools.ts';

/** A new shape whose last axis is rows of the old channels, one behind the other. */
export function cutReshape(tools: CutTools, node: GraphNode<'reshape'>): Cut {
  const from = tools.value(node.inputs[0]);
  const before = tools.constants.get(node.inputs[0] as string)?.length;
  const after = tools.constants.get(node.name)?.length;
  if (from.keep === undefined || before === undefined || after === undefined || after % before !== 0) {
    return tools.wall(node);
  }
  const rows = after / before;
  const { keep: kept } = from;
  const keep = all(rows).flatMap((row) => kept.map((c) => row * before + c));
  const shape = node.attrs.shape.map((dim, axis) =>
    axis === node.attrs.shape.length - 1 ? keep.length : dim,
  );
  return tools.write({ ...withInputs(node, [from.name]), attrs: { shape } } as GraphNode, keep);
}

/** Each part brings the channels that it has left. */
export function cutConcat(tools: CutTools, node: GraphNode<'concat'>): Cut {
  const parts = node.inputs.map((name) => ({
    value: tools.value(name),
    channels: tools.shapes.get(name)?.at(-1),
  }));
  if (parts.every(({ value }) => value.keep === undefined)) return tools.wall(node);
  let offset = 0;
  const keep: number[] = [];
  for (const { value, channels } of parts) {
    if (typeof channels !== 'number') return tools.wall(node);
    const start = offset;
    keep.push(...(value.keep ?? all(channels)).map((c) => start + c));
    offset += channels;
  }
  return tools.write(
    withInputs(
      node,
      parts.map(({ value }) => value.name),
    ),
    keep,
  );
}

/** Positions that point at channels that are gone go with them. */
export function cutGather(tools: CutTools, node: GraphNode<'gather'>): Cut {
  const from = tools.value(node.inputs[0]);
  const indices = constantTensor(tools.nodes, node.inputs[1]);
  if (indices === undefined || from.keep === undefined) return tools.wall(node);
  const { keep: kept } = from;
  const keep = [...indices.values.keys()].filter((at) => kept.includes(indices.values[at] as number));
  if (keep.length === 0) return tools.wall(node);
  const moved = keep.map((at) => kept.indexOf(indices.values[at] as number));
  const positions = tools.constant(`${node.name}/indices`, int32Tensor([moved.length], moved));
  return tools.write(withInputs(node, [from.name, positions]), keep);
}

/** Only its live channels are worth anything; whoever reads it gets a new scatter where one is needed. */
export function cutScatter(tools: CutTools, node: GraphNode<'scatter'>): Cut {
  const from = tools.value(node.inputs[0]);
  // Of a value with any number of channels nothing is known, its fill neither.
  if (!tools.constants.has(node.inputs[0] as string)) return tools.wall(node);
  const kept = from.keep ?? all(node.attrs.positions.length);
  return {
    name: from.name,
    keep: kept.map((c) => node.attrs.positions[c] as number),
  };
}

/** A slice of the channels takes those of its range that are left; nothing is left to slice where it takes them all. */
export function cutSlice(tools: CutTools, node: GraphNode<'slice'>): Cut {
  const from = tools.value(node.inputs[0]);
  const channels = tools.constants.get(node.inputs[0] as string)?.length;
  const out = tools.constants.get(node.name)?.length;
  if (from.keep === undefined || channels === undefined || out === undefined) return tools.wall(node);
  const axis = node.attrs.begin.length - 1;
  const begin = node.attrs.begin[axis] as number;
  const keep = from.keep.map((c) => c - begin).filter((c) => c >= 0 && c < out);
  if (keep.length === 0) return tools.wall(node);
  const first = from.keep.indexOf((keep[0] as number) + begin);
  const at = (values: readonly number[], value: number): number[] =>
    values.map((old, i) => (i === axis ? value : old));
  const attrs = { begin: at(node.attrs.begin, first), size: at(node.attrs.size, keep.length) };
  return tools.write({ ...withInputs(node, [from.name]), attrs } as GraphNode, keep);
}

/** A channel of the result needs its channel in every block, so these go or stay together. */
export function cutDepthToSpace(tools: CutTools, node: GraphNode<'depthToSpace'>): Cut {
  const from = tools.value(node.inputs[0]);
  const out = tools.constants.get(node.name)?.length;
  if (from.keep === undefined || out === undefined) return tools.wall(node);
  const blocks = all(node.attrs.blockSize ** 2);
  const keep = [...new Set([...from.keep.map((c) => c % out), ...tools.neededOf(node.name)])].sort(
    (a, b) => a - b,
  );
  const wide = tools.widen(
    node.inputs[0] as string,
    blocks.flatMap((block) => keep.map((c) => block * out + c)),
  );
  return tools.write(withInputs(node, [wide.name]), keep);
}

/** A transposed convolution: kernel `[kh, kw, out, in]`; channels that are zero leave, every other constant stays. */
export function cutTransposed(tools: CutTools, node: GraphNode<'convTranspose2d'>): Cut {
  const kernel = constantTensor(tools.nodes, node.inputs[1]);
  const from = tools.value(node.inputs[0]);
  const facts = tools.constants.get(node.inputs[0] as string);
  const needed = tools.neededOf(node.name);
  if (kernel === undefined || facts === undefined || needed.length === 0) return tools.wall(node);
  const outs = kernel.shape[2] as number;
  // A constant that nobody held, and that counts here, is put back.
  const missing = [...facts.keys()].filter((c) => facts[c] !== 0 && !Number.isNaN(facts[c]));
  const own = from.keep ?? all(facts.length);
  const wanted = [...new Set([...own, ...missing])].sort((a, b) => a - b);
  const input = tools.widen(node.inputs[0] as string, wanted);
  if (wanted.length === facts.length && needed.length === outs)
    return tools.write(withInputs(node, [input.name, node.inputs[1] as string]), undefined);
  const cut = takeAxis(takeAxis(kernel, 3, wanted), 2, needed);
  if (needed.length < outs) tools.notes.push(`${node.name}: ${needed.length} of ${outs} filters`);
  return tools.write(
    withInputs(node, [input.name, tools.constant(`${node.name}/kernel`, cut)]),
    needed.length < outs ? needed : undefined,
  );
}

function all(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
