// Knows which cases of a proof the oracle can run in bounded time, at which size, and runs them.
import { costTable, type Feeds, type Graph, inferShapes, type ProofRun, sizeOf } from '@asfp/core';
import { firstImage, type ProofCase, refusalOf } from './proofCases.ts';
import { judgeOnOracle } from './proveEqual.ts';

/** What was run, and what was not, and why. */
export interface PartOfProof {
  readonly runs: readonly ProofRun[];
  readonly notRun: readonly string[];
}

/** Work that the oracle may take for one proof: some ten seconds of one core. */
export const oracleBudget = 1.5e9;

/** Passes over the graph for one image: the original, its bound, and the compact one. */
const passes = 3;

/** What a value of any node costs beside multiply-adds, in multiply-adds. */
const costOfValue = 20;

/** Sizes are made smaller by multiples of this, so that strides fall as they did. */
const sizeStep = 32;

/** The smallest size that a picture is made smaller to. */
const leastSize = 64;

/**
 * Runs as many cases as the budget bears: all; else one image of each that has chance values, else of the first alone;
 * else these with smaller pictures, where the graphs take them. A graph with opaque nodes is not run at all. What is left out is named. `mutual` as in `judgeOnOracle`.
 */
export function proveOnOracle(
  before: Graph,
  after: Graph,
  cases: readonly ProofCase[],
  mutual = false,
  budget: number = oracleBudget,
): PartOfProof {
  const unknown = [...before.nodes, ...after.nodes].find((node) => node.op === 'opaque');
  if (unknown?.op === 'opaque') {
    return { runs: [], notRun: [`oracle: it does not know the op ${unknown.attrs.kind} (${unknown.name})`] };
  }
  const fits = (some: readonly ProofCase[], graph: Graph): boolean =>
    some.reduce((sum, { images, feeds }) => sum + passes * images.length * workOf(graph, feeds), 0) <= budget;
  if (fits(cases, before))
    return { runs: cases.map((each) => runOf(before, after, each, mutual)), notRun: [] };
  const few = fewImages(before, cases);
  const choices = few.length > 1 ? [few, few.slice(0, 1)] : [few];
  const limit = `oracle: at most ${(budget / 1e9).toFixed(1)} G operations`;
  for (const some of choices) {
    if (!fits(some, before)) continue;
    const runs = some.map((each) => runOf(before, after, each, mutual));
    return { runs, notRun: [`${limit}, so one image each of: ${namesOf(some)}`] };
  }
  for (const some of choices) {
    for (const size of smallerSizes(before)) {
      const [smallBefore, smallAfter] = [resized(before, size), resized(after, size)];
      const small = some.map((each) => cropped(each, smallBefore));
      if (!fitsTogether(small, smallBefore, smallAfter) || !fits(small, smallBefore)) continue;
      const runs = small.map((each) => runOf(smallBefore, smallAfter, each, mutual));
      // A cut may be exact at the model's own size alone, so only an agreement says something here.
      if (!runs.every(({ passed }) => passed)) break;
      return {
        runs,
        notRun: [
          `${limit}, so one image each of: ${namesOf(some)}, and of ${size}×${size} instead of the model's own size`,
        ],
      };
    }
  }
  return { runs: [], notRun: [`${limit}, which one image exceeds`] };
}

function namesOf(cases: readonly ProofCase[]): string {
  return cases.map(({ name }) => name).join(', ');
}

/** Whether both graphs take the cases' shapes. */
function fitsTogether(cases: readonly ProofCase[], before: Graph, after: Graph): boolean {
  return cases.every(({ feeds }) =>
    [before, after].every((graph) => refusalOf(graph, shapesOf(feeds)) === undefined),
  );
}

/** One case of each seed that has chance values, with one image where the batch is open. */
export function fewImages(graph: Graph, cases: readonly ProofCase[]): ProofCase[] {
  return cases
    .filter(({ name, seed }, i) => !name.startsWith('edges') && cases[i - 1]?.seed !== seed)
    .map((each) => firstImage(graph, each));
}

/** Multiply-adds of one image, and what its values cost besides. Opaque nodes count as nothing. */
export function workOf(graph: Graph, feeds: Feeds): number {
  const one = Object.fromEntries(
    Object.entries(feeds).map(([name, { shape }]) => [
      name,
      shape.length === 0 ? [] : [1, ...shape.slice(1)],
    ]),
  );
  const shapes = inferShapes(graph, one);
  let moved = 0;
  for (const { name, op } of graph.nodes) {
    const size = sizeOf((shapes.get(name) ?? []).map((dim) => dim ?? 1));
    moved += (op === 'const' ? 1 : costOfValue) * size;
  }
  return costTable(graph, one).macs + moved;
}

/** The shape of each feed by name. */
export function shapesOf(feeds: Feeds): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(feeds).map(([name, { shape }]) => [name, shape]));
}

function runOf(
  before: Graph,
  after: Graph,
  { name, seed, images, feeds }: ProofCase,
  mutual: boolean,
): ProofRun {
  return {
    runner: 'oracle',
    case: name,
    seed,
    images,
    shapes: shapesOf(feeds),
    ...judgeOnOracle(before, after, feeds, mutual),
  };
}

/** Smaller sizes for pictures, the largest first: those that leave the same rest by the strides. */
function smallerSizes(graph: Graph): number[] {
  const sides = new Set<number>();
  for (const node of graph.nodes) {
    if (node.op !== 'input' || node.attrs.shape.length !== 4) continue;
    for (const side of node.attrs.shape.slice(1, 3)) if (side !== null) sides.add(side);
  }
  const [side] = sides;
  // Pictures that are not square, or several sizes, stay as they are.
  if (side === undefined || sides.size > 1) return [];
  const sizes: number[] = [];
  for (let size = side - sizeStep; size >= leastSize; size -= sizeStep) sizes.push(size);
  return sizes;
}

function resized(graph: Graph, size: number): Graph {
  const nodes = graph.nodes.map((node) => {
    if (node.op !== 'input' || node.attrs.shape.length !== 4) return node;
    const [n, , , c] = node.attrs.shape as [number | null, unknown, unknown, number];
    return { ...node, attrs: { ...node.attrs, shape: [n, size, size, c] } };
  });
  return { ...graph, nodes };
}

/** The case with as many of its values as the smaller inputs hold. */
function cropped(given: ProofCase, graph: Graph): ProofCase {
  const feeds = graph.nodes.flatMap((node) => {
    const feed = given.feeds[node.name];
    if (node.op !== 'input' || feed === undefined) return [];
    const shape = node.attrs.shape.map((dim, i) => dim ?? (feed.shape[i] as number));
    return [[node.name, { shape, values: Array.from(feed.values).slice(0, sizeOf(shape)) }] as const];
  });
  return { ...given, feeds: Object.fromEntries(feeds) };
}
