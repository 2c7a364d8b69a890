// Knows the inputs that a proof is made on: seeded, with edge values among them, for every input of a graph.
import { AsfpError, type Feeds, type Graph, type Rng, showShape, sizeOf } from '@asfp/core';

/** Feeds for all inputs at a batch size; normal numbers, and one image in four holds only zeros, ones or large values. Throws where a size other than the batch is open. */
export function seededInputs(graph: Graph, batch: number, rng: Rng): Feeds {
  const feeds: Record<string, { shape: readonly number[]; values: Float32Array }> = {};
  for (const node of graph.nodes) {
    if (node.op !== 'input') continue;
    const [first, ...rest] = node.attrs.shape;
    if (rest.includes(null)) {
      throw new AsfpError({
        code: 'input-size',
        where: `input ${node.name}`,
        expected: 'a known size of everything but the batch',
        found: showShape(node.attrs.shape),
      });
    }
    const shape = [first ?? batch, ...(rest as number[])];
    const values = new Float32Array(sizeOf(shape));
    const perImage = sizeOf(shape.slice(1));
    for (let i = 0; i < values.length; i++)
      values[i] = edgeValue(Math.floor(i / perImage), rng) ?? rng.normal();
    feeds[node.name] = { shape, values };
  }
  return feeds;
}

function edgeValue(image: number, rng: Rng): number | undefined {
  if (image % 4 !== 3) return undefined;
  return [0, 1, -1, 30, -30][Math.floor(image / 4) % 5] ?? rng.normal();
}
