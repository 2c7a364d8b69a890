// Knows the tiny network that the examples open, and what it says of a picture by the oracle.
import type { ModelCard } from '@asfp/core';
import { tinyAnswer, tinyGraph, writeModel } from '../runtime/testModels.ts';

const SIDE = 4;

const labels: readonly string[] = ['north', 'east', 'south', 'west'];

const card: ModelCard = {
  format: 'asfp.model-card/1',
  input: { height: SIDE, width: SIDE, channels: 3, mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] },
  labels,
};

const graph = tinyGraph();

/** Writes model.json and its weights into a folder. */
export function writeExampleModel(folder: string): void {
  writeModel(graph, folder, card);
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
  const shares = tinyAnswer(values, graph);
  const best = Math.max(...shares);
  return {
    rgb,
    png: Buffer.from(base64, 'base64'),
    rgba: Buffer.from(pixels.flatMap((pixel) => [...pixel, 255])),
    label: labels[shares.indexOf(best)] as string,
    percent: 100 * best,
  };
}
