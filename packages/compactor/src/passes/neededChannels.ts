// Knows which channels a cut must leave, by what the results need and by what the user asks for.
import {
  type ChannelConstants,
  type ChannelUse,
  channelUse,
  type Graph,
  type MoreUse,
  type Shape,
} from '@asfp/core';
import type { CutOptions } from '../cutOptions.ts';

/** Channels of values that a cut left out and then missed, by the value's name. */
export type MissedChannels = ReadonlyMap<string, ReadonlySet<number>>;

/** The channels that stay: those that the results need, those that an earlier try missed, and where the options say so, constant ones and some more. */
export function neededChannels(
  graph: Graph,
  shapes: ReadonlyMap<string, Shape>,
  constants: ChannelConstants,
  { constants: mode = 'exact', multipleOf = 1 }: CutOptions,
  missed: MissedChannels = new Map(),
): ChannelUse {
  // A constant other than zero that is taken for live is kept by whoever reads it.
  const known =
    mode === 'keep'
      ? new Map([...constants].map(([name, facts]) => [name, facts.map((v) => (v === 0 ? 0 : Number.NaN))]))
      : constants;
  return channelUse(graph, shapes, known, (node, own, facts) => {
    for (const c of missed.get(node.name) ?? []) own[c] = 1;
    if (multipleOf !== 1) upToMultiples(multipleOf)(node, own, facts);
  });
}

/** Fills a layer's filters up to a multiple: constant ones first, they need no inputs; then the first others. */
function upToMultiples(multiple: number): MoreUse {
  return (node, own, facts) => {
    if (node.op !== 'conv2d' && node.op !== 'matMul') return;
    const spare = [...own.keys()].filter((c) => own[c] === 0);
    const kept = own.length - spare.length;
    const wanted = Math.min(own.length, Math.ceil(kept / multiple) * multiple);
    const constantFirst = (c: number): number => (Number.isNaN(facts[c]) ? 1 : 0);
    spare.sort((a, b) => constantFirst(a) - constantFirst(b) || a - b);
    for (const c of spare.slice(0, wanted - kept)) own[c] = 1;
  };
}
