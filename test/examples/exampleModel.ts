// Knows the tiny network that the examples open, and what it says of a picture by the oracle.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Graph, type ModelCard, parseGraph, runGraph, writeGraphModel } from '@asfp/core';

const SIDE = 4;

const labels: readonly string[] = ['north', 'east', 'south', 'west'];

const card: ModelCard = {
  format: 'asfp.model-card/1',
  input: { height: SIDE, width: SIDE, channels: 3, mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] },
  labels,
};

const graph: Graph = {
  ...parseGraph(`graph "tiny"
x = input dtype="float32" shape=[null,4,4,3]
k = const float32[3,3,3,5] seed=4
d = const float32[5,4] seed=5
c = conv2d(x, k) activation="relu" pad="same" strides=[1,1]
m = mean(c) axes=[1,2] keepDims=false
y = matMul(m, d)
output "y" = y
`),
  metadata: { asfp: card },
};

/** Writes model.json and its weights into a folder. */
export function writeExampleModel(folder: string): void {
  const { json, shards } = writeGraphModel(graph);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.json'), JSON.stringify(json));
  for (const [name, bytes] of shards) writeFileSync(join(folder, name), bytes);
}

/** A picture of one colour. */
export interface Colour {
  readonly rgb: readonly [number, number, number];
  /** As a file. */
  readonly png: Buffer;
  /** As RGBA of the network's size. */
  readonly rgba: Buffer;
  /** The likeliest label. */
  readonly label: string;
  readonly percent: number;
}

/** A blue and an orange picture, and what the network says of them. */
export const colours: readonly Colour[] = [
  colour(
    [20, 60, 220],
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGMQsbkDAAGUAS0aoDsNAAAAAElFTkSuQmCC',
  ),
  colour(
    [250, 140, 10],
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP41cMFAAQUAZFFks7SAAAAAElFTkSuQmCC',
  ),
];

function colour(rgb: Colour['rgb'], base64: string): Colour {
  const pixels = Array.from({ length: SIDE * SIDE }, () => rgb);
  const values = pixels.flatMap((pixel) => pixel.map((value) => (value / 255 - 0.5) / 0.25));
  const scores = [...(runGraph(graph, { x: { shape: [1, SIDE, SIDE, 3], values } }).get('y')?.values ?? [])];
  const best = Math.max(...scores);
  const sum = scores.reduce((total, score) => total + Math.exp(score - best), 0);
  return {
    rgb,
    png: Buffer.from(base64, 'base64'),
    rgba: Buffer.from(pixels.flatMap((pixel) => [...pixel, 255])),
    label: labels[scores.indexOf(best)] as string,
    percent: 100 / sum,
  };
}
