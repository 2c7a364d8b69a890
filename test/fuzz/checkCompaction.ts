// Knows everything that must hold when a graph is compacted: the same outputs, the same text when done again, files that read back.
import { compact, convert, roundingBound, seededInputs } from '@asfp/compactor';
import {
  costTable,
  type Feeds,
  type Graph,
  printGraph,
  readModel,
  rngFromSeed,
  runGraph,
  writeGraphModel,
} from '@asfp/core';
import { withStandIns } from '@asfp/core/testing';

/** What a check found: the graph that came out, its feeds, and how many filters fewer it has. */
export interface Checked {
  readonly feeds: Feeds;
  readonly truth: ReadonlyMap<string, ArrayLike<number>>;
  readonly compacted: Graph;
  readonly filtersCut: number;
  /** The share of values for which rounding has a finite bound: only these were compared. */
  readonly bounded: number;
}

/**
 * Compacts and converts the graph and throws, saying which property broke, unless all hold. Of a graph with open
 * sizes, `sized` is the same graph with the sizes that it is checked at.
 */
export function checkCompaction(graph: Graph, sized: Graph = graph): Checked {
  const feeds = seededInputs(sized, 4, rngFromSeed(7));
  const truth = runGraph(withStandIns(graph), feeds);
  const bounds = roundingBound(withStandIns(graph), feeds);
  const compacted = compact(graph).graph;
  for (const [what, rewritten] of [
    ['compact', compacted],
    ['convert', convert(graph).graph],
  ] as const) {
    const outputs = runGraph(withStandIns(rewritten), feeds);
    expectSame(what, [...truth.keys()].join(), [...outputs.keys()].join());
    for (const [name, { shape, values }] of truth) {
      const found = outputs.get(name);
      expectSame(`${what}: shape of ${name}`, shape.join(), found?.shape.join());
      expectWithin(`${what}: ${name}`, values, found?.values ?? [], bounds.get(name) ?? []);
    }
  }
  const text = printGraph(compacted);
  expectSame('compact twice', text, printGraph(compact(compacted).graph));
  expectSame('compact again', text, printGraph(compact(graph).graph));
  const written = writeGraphModel(compacted);
  const json = JSON.stringify(written.json);
  const back = readModel({ json: JSON.parse(json), shards: written.shards }, 'model.json');
  const again = runGraph(withStandIns(back), feeds);
  // Constants of scatters are stored as float32, which the bound allows for.
  for (const [name, { values }] of truth)
    expectWithin(`read back: ${name}`, values, again.get(name)?.values ?? [], bounds.get(name) ?? []);
  const rewritten = writeGraphModel(back);
  expectSame('bytes of the topology', json, JSON.stringify(rewritten.json));
  expectSame('bytes of the weights', bytesOf(written.shards), bytesOf(rewritten.shards));
  return {
    feeds,
    truth: new Map([...truth].map(([name, { values }]) => [name, values])),
    compacted,
    filtersCut: filtersOf(graph, sized) - filtersOf(compacted, sized),
    bounded: finiteShare(bounds),
  };
}

function finiteShare(bounds: ReadonlyMap<string, Float64Array>): number {
  const values = [...bounds.values()].flatMap((own) => [...own]);
  return values.filter(Number.isFinite).length / values.length;
}

function expectSame(what: string, expected: string, found: string | undefined): void {
  if (expected === found) return;
  const lines = expected.split('\n');
  const other = (found ?? '').split('\n');
  const at = lines.findIndex((line, i) => line !== other[i]);
  throw new Error(`${what}: expected\n  ${lines[at]}\nfound\n  ${other[at]}`);
}

function expectWithin(
  what: string,
  truth: ArrayLike<number>,
  found: ArrayLike<number>,
  bound: ArrayLike<number>,
): void {
  if (truth.length !== found.length) throw new Error(`${what}: ${found.length} values of ${truth.length}`);
  for (let i = 0; i < truth.length; i++) {
    const [expected, value, allowed] = [truth[i] as number, found[i] as number, bound[i] as number];
    if (Math.abs(expected - value) <= allowed) continue;
    throw new Error(`${what}: value ${i} is ${value}, not ${expected} ± ${allowed}`);
  }
}

function bytesOf(shards: ReadonlyMap<string, Uint8Array>): string {
  return [...shards].map(([name, bytes]) => `${name} ${Buffer.from(bytes).toString('base64')}`).join('\n');
}

function filtersOf(graph: Graph, sized: Graph): number {
  const inputs = sized.nodes.flatMap((node) => (node.op === 'input' ? [[node.name, node.attrs.shape]] : []));
  const { layers } = costTable(withStandIns(graph), Object.fromEntries(inputs));
  return layers.reduce((sum, { filters }) => sum + filters, 0);
}
