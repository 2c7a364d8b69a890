// Knows which graphs must not reach tfjs's wasm backend: its kernels trust what they are told, and one wrong shape makes
// them write over each other's numbers.
import { AsfpError, inferShapes, readGraphFiles } from '@asfp/core';
import type { GraphModelFile } from '../fetch/parseModelFile.ts';

/** What our reader says of a graph that contradicts itself, and not of one that it does not know. */
const BROKEN: readonly string[] = [
  'graph-shape',
  'graph-attribute',
  'graph-form',
  'graph-loop',
  'window-fit',
];

/** More numbers than a network has in one value, and few enough that their bytes can be counted in 32 bits. */
const MOST_NUMBERS = 2 ** 29;

/** Throws an AsfpError for a graph whose shapes do not fit each other, or no memory; what our reader does not know passes. */
export function checkShapes(file: GraphModelFile): void {
  const { url } = file;
  for (const [name, shape] of shapesOf(file)) {
    const size = shape.reduce<number>((product, dim) => product * (dim ?? 1), 1);
    if (size > MOST_NUMBERS) {
      throw new AsfpError({
        code: 'engine-memory',
        where: `${url}, ${name}`,
        expected: 'values that fit the memory of WebAssembly',
        found: `[${shape.map((dim) => dim ?? '?').join(', ')}]`,
      });
    }
  }
}

function shapesOf(file: GraphModelFile): Iterable<readonly [string, readonly (number | null)[]]> {
  try {
    return inferShapes(readGraphFiles({ json: file.json, shards: file.shards }, file.url));
  } catch (error) {
    if (error instanceof AsfpError && BROKEN.includes(error.code)) throw error;
    return [];
  }
}
