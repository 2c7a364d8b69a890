// Knows that a model file cannot make the engine read or write what is not its own: whatever number is changed, the graph is
// refused, or computes what the interpreter computes.
import {
  AsfpError,
  type Graph,
  type GraphNode,
  inferShapes,
  type Rng,
  rngFromSeed,
  runGraph,
  sizeOf,
  validate,
} from '@asfp/core';
import { graphFromSeed } from '@asfp/core/testing';
import { kernelBytes } from '@asfp/kernels';
import { expect, test } from 'vitest';
import { feedsOf } from '../testing/feedsOf.ts';
import { compileModel } from './compileModel.ts';

const NUMBERS = [-1, 0, 1, 2, 3, 5, 7, 8, 33, -7, 1000, 65_536, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 0.5, 1e9];

test('a thousand graphs with one wrong number each', async () => {
  const module = await WebAssembly.compile(await kernelBytes('simd'));
  const found = { refused: 0, beyond: 0, same: 0 };
  const faults: string[] = [];
  for (let seed = 0; seed < 1000; seed++) {
    const graph = changed(graphFromSeed(seed % 200), rngFromSeed(seed));
    const outcome = outcomeOf(graph, seed, module);
    if (outcome in found) found[outcome as keyof typeof found]++;
    else faults.push(`seed ${seed}: ${outcome}`);
  }
  expect(faults).toEqual([]);
  expect(found.refused).toBeGreaterThan(100);
  expect(found.same).toBeGreaterThan(200);
});

function outcomeOf(graph: Graph, seed: number, module: WebAssembly.Module): string {
  try {
    validate(graph);
    const floats = [...inferShapes(graph).values()].map((shape) =>
      shape.reduce<number>((n, dim) => n * (dim ?? 2), 1),
    );
    const model = compileModel(graph, module);
    // What fits the engine may still be too much for the interpreter's patience.
    if (Math.max(...floats) > 1e5) return 'beyond';
    const feeds = feedsOf(graph, 2, seed);
    const expected = [...runGraph(graph, Object.fromEntries(feeds)).values()];
    const results = model.run(feeds);
    for (const [i, { values }] of expected.entries()) {
      const largest = values.reduce((most: number, value) => Math.max(most, Math.abs(value)), 1e-6);
      // Beyond float32 there is nothing to compare.
      if (!(largest < 1e30)) return 'beyond';
      const wrong = values.findIndex(
        (value, at) => !(Math.abs((results[i]?.values[at] as number) - value) <= 1e-4 * largest),
      );
      if (wrong >= 0) return `output ${i} at ${wrong}: ${results[i]?.values[wrong]}, not ${values[wrong]}`;
    }
    return 'same';
  } catch (error) {
    if (error instanceof AsfpError) return error.code === 'engine-op' ? 'beyond' : 'refused';
    return error instanceof Error ? `${error.name} ${error.message}` : String(error);
  }
}

/** The graph with one number of one node changed: an attribute, a constant's size, or a constant's value. */
function changed(graph: Graph, rng: Rng): Graph {
  const at = Math.floor(rng.next() * graph.nodes.length);
  const node = graph.nodes[at] as GraphNode;
  const attrs = node.op === 'const' ? otherConstant(node, rng) : otherNumber(node.attrs, rng);
  return {
    ...graph,
    nodes: graph.nodes.map((one, i) => (i === at ? ({ ...node, attrs } as GraphNode) : one)),
  };
}

function otherConstant({ attrs: { tensor } }: GraphNode<'const'>, rng: Rng): object {
  const { stored: _, ...plain } = tensor;
  const shape = [...tensor.shape];
  const values = tensor.values.slice();
  if (shape.length > 0 && rng.next() < 0.5) {
    shape[Math.floor(rng.next() * shape.length)] = 1 + Math.floor(rng.next() * 8);
    const Values = values.constructor as Float32ArrayConstructor;
    return {
      tensor: {
        ...plain,
        shape,
        values: Values.from({ length: sizeOf(shape) }, (_, i) => values[i % values.length] ?? 0),
      },
    };
  }
  values[Math.floor(rng.next() * values.length)] = oneOf(rng);
  return { tensor: { ...plain, values } };
}

function oneOf(rng: Rng): number {
  return NUMBERS[Math.floor(rng.next() * NUMBERS.length)] as number;
}

/** A copy in which one number, wherever it stands, is another. */
function otherNumber(attrs: object, rng: Rng): object {
  const copy = structuredClone(attrs) as Record<string, unknown>;
  const places: [Record<string, unknown>, string][] = [];
  const walk = (value: Record<string, unknown>): void => {
    for (const key of Object.keys(value)) {
      if (typeof value[key] === 'number') places.push([value, key]);
      else if (typeof value[key] === 'object' && value[key] !== null)
        walk(value[key] as Record<string, unknown>);
    }
  };
  walk(copy);
  const [holder, key] = places[Math.floor(rng.next() * places.length)] ?? [];
  if (holder !== undefined && key !== undefined) holder[key] = oneOf(rng);
  return copy;
}
