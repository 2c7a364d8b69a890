// Knows which graphs must not reach tfjs's wasm backend: its kernels trust what they are told, and one wrong shape makes
// them write over each other's numbers.
import { AsfpError, type Graph, inferShapes, readGraphFiles, type Shape, showShape } from '@asfp/core';
import type { GraphModelFile } from '../fetch/parseModelFile.ts';
import { mostNumbers } from '../mostNumbers.ts';

/** What our reader says of a graph that contradicts itself, and not of one that it does not know. */
const BROKEN: readonly string[] = [
  'graph-shape',
  'graph-attribute',
  'graph-form',
  'graph-loop',
  'window-fit',
];

/** A graph as our reader reads it. */
export interface KnownGraph {
  readonly graph: Graph;
  readonly shapes: ReadonlyMap<string, Shape>;
}

/**
 * The graph that a file holds, undefined where our reader does not know it. Throws an AsfpError for one whose shapes do not
 * fit each other, or no memory.
 */
export function checkShapes(file: GraphModelFile): KnownGraph | undefined {
  const { url } = file;
  const known = readGraph(file);
  for (const [name, shape] of known?.shapes ?? []) {
    const size = shape.reduce<number>((product, dim) => product * (dim ?? 1), 1);
    if (size > mostNumbers) {
      throw new AsfpError({
        code: 'engine-memory',
        where: `${url}, ${name}`,
        expected: 'values that fit the memory of WebAssembly',
        found: showShape(shape),
      });
    }
  }
  return known;
}

function readGraph(file: GraphModelFile): KnownGraph | undefined {
  try {
    const graph = readGraphFiles({ json: file.json, shards: file.shards }, file.url);
    return { graph, shapes: inferShapes(graph) };
  } catch (error) {
    if (error instanceof AsfpError && BROKEN.includes(error.code)) throw error;
    return undefined;
  }
}
