// Knows the networks that the page opens, and what they compute by the oracle.

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Graph,
  type HostTensor,
  type ModelCard,
  parseGraph,
  runGraph,
  writeGraphModel,
} from '@asfp/core';

const CARD: ModelCard = {
  format: 'asfp.model-card/1',
  input: { height: 4, width: 4, channels: 3, mean: [0, 0, 0], deviation: [1, 1, 1] },
  labels: ['north', 'east', 'south', 'west'],
};

/** A classifier of 4 × 4 pictures; with `nodes` between its scores `s` and its answer `y`. */
export function tinyGraph(nodes = 'y = softmax(s)'): Graph {
  return parseGraph(`graph "tiny"
x = input dtype="float32" shape=[null,4,4,3]
k = const float32[3,3,3,5] seed=4
d = const float32[5,4] seed=5
c = conv2d(x, k) activation="relu" pad="same" strides=[1,1]
m = mean(c) axes=[1,2] keepDims=false
s = matMul(m, d)
${nodes}
output "y" = y
`);
}

/** A network of a billion multiply-adds, which no machine runs in a moment. */
export function heavyGraph(): Graph {
  const layers = Array.from({ length: 6 }, (_, i) => {
    const input = i === 0 ? 'x' : `c${i - 1}`;
    return `k${i} = const float32[3,3,32,32] seed=${i + 1}
c${i} = conv2d(${input}, k${i}) activation="relu6" pad="same" strides=[1,1]`;
  });
  return parseGraph(`graph "heavy"
x = input dtype="float32" shape=[null,128,128,32]
${layers.join('\n')}
m = mean(c5) axes=[1,2] keepDims=false
output "m" = m
`);
}

/** Writes a graph into a folder, with a card that lists the hashes of its weights besides what the given one says. */
export function writeModel(graph: Graph, folder: string, said: ModelCard = CARD): void {
  const bare = writeGraphModel(graph);
  const hashes = [...bare.shards].map(([path, bytes]) => [
    path,
    createHash('sha256').update(bytes).digest('hex'),
  ]);
  const card: ModelCard = { ...said, shards: Object.fromEntries(hashes) };
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'model.json'),
    JSON.stringify({ ...bare.json, userDefinedMetadata: { asfp: card } }),
  );
  for (const [path, bytes] of bare.shards) writeFileSync(join(folder, path), bytes);
}

/** What the tiny network answers by the oracle, for numbers `[n, 4, 4, 3]`. */
export function tinyAnswer(numbers: readonly number[], graph: Graph = tinyGraph()): number[] {
  const x: HostTensor = {
    dtype: 'float32',
    shape: [numbers.length / 48, 4, 4, 3],
    values: Float32Array.from(numbers),
  };
  return [...(runGraph(graph, { x }).get('y')?.values ?? [])];
}

/** Whether an engine answered what the tiny network makes of one picture's numbers. */
export function isTinyAnswer(answer: readonly number[], numbers: readonly number[]): boolean {
  const right = tinyAnswer(numbers);
  return (
    answer.length === right.length &&
    answer.every((value, i) => Math.abs(value - (right[i] as number)) < 1e-5)
  );
}
