// Knows how to draw a data set of coloured shapes, for a machine with neither data nor network.
import { type Rng, rngFromSeed } from '@asfp/core';
import { channelMoments } from './channelMoments.ts';
import type { DatasetRequest, LoadedDataset, PixelSplit } from './dataset.ts';

type Rgb = readonly [number, number, number];

/**
 * Whether a point is inside a shape of about unit radius. None of them turns into another when it is mirrored or turned
 * by up to 20 degrees, which is as far as they are turned.
 */
type Inside = (x: number, y: number) => boolean;

const shapes: Readonly<Record<string, Inside>> = {
  disc: (x, y) => x * x + y * y < 0.8,
  ring: (x, y) => Math.abs(Math.hypot(x, y) - 0.72) < 0.22,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.76,
  frame: (x, y) => Math.abs(Math.max(Math.abs(x), Math.abs(y)) - 0.68) < 0.19,
  diamond: (x, y) => Math.abs(x) + Math.abs(y) < 1.05,
  triangle: (x, y) => y < 0.7 && y > 1.9 * Math.abs(x) - 1,
  plus: (x, y) => Math.min(Math.abs(x), Math.abs(y)) < 0.27 && Math.max(Math.abs(x), Math.abs(y)) < 0.95,
  saltire: (x, y) => Math.abs(Math.abs(x) - Math.abs(y)) < 0.34 && Math.max(Math.abs(x), Math.abs(y)) < 0.85,
  bars: (x, y) => Math.abs(x) < 0.85 && Math.abs(Math.abs(y) - 0.5) < 0.24,
  pillars: (x, y) => Math.abs(y) < 0.85 && Math.abs(Math.abs(x) - 0.5) < 0.24,
};

const side = 32;

/** Images drawn where no limit is set, and for the test. */
const trainCount = 8000;
const testCount = 2000;

/** Draws shapes of ten classes, as many of each, on noisy backgrounds; the same seed gives the same pixels. */
export function makeSynthetic(request: Pick<DatasetRequest, 'limit' | 'seed'>): LoadedDataset<PixelSplit> {
  const seed = request.seed ?? 1;
  const rng = rngFromSeed(seed).fork('synthetic');
  const train = drawSplit(Math.min(request.limit ?? trainCount, trainCount), rng.fork('train'));
  const test = drawSplit(testCount, rng.fork('test'));
  return {
    name: 'synthetic',
    source: `drawn with seed ${seed}`,
    train,
    test,
    height: side,
    width: side,
    channels: 3,
    labels: Object.keys(shapes),
    ...channelMoments(train.pixels, 3),
  };
}

function drawSplit(count: number, rng: Rng): PixelSplit {
  const kinds = Object.values(shapes);
  const size = side * side * 3;
  const pixels = new Uint8Array(count * size);
  const labels = Int32Array.from({ length: count }, (_, i) => i % kinds.length);
  for (let i = 0; i < count; i++) {
    draw(kinds[labels[i] as number] as Inside, rng, pixels.subarray(i * size, (i + 1) * size));
  }
  return { count, pixels, labels };
}

function draw(inside: Inside, rng: Rng, into: Uint8Array): void {
  const background = colour(rng);
  const far = colour(rng);
  let front = colour(rng);
  // A shape that has its background's colour could not be told by anyone.
  while (distance(front, background) < 80 || distance(front, far) < 80) front = colour(rng);
  const radius = 6 + 5 * rng.next();
  const centreX = side / 2 + (rng.next() - 0.5) * (side - 2 * radius);
  const centreY = side / 2 + (rng.next() - 0.5) * (side - 2 * radius);
  const angle = ((rng.next() - 0.5) * 40 * Math.PI) / 180;
  const cos = Math.cos(angle) / radius;
  const sin = Math.sin(angle) / radius;
  const slope = rng.next() * 2 * Math.PI;
  const noise = 15 + 35 * rng.next();
  let at = 0;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const x = column + 0.5 - centreX;
      const y = row + 0.5 - centreY;
      const isFront = inside(cos * x + sin * y, cos * y - sin * x);
      const along =
        0.5 + (Math.cos(slope) * (column - side / 2) + Math.sin(slope) * (row - side / 2)) / (1.5 * side);
      const share = Math.min(1, Math.max(0, along));
      for (let c = 0; c < 3; c++) {
        const behind = (background[c] as number) * (1 - share) + (far[c] as number) * share;
        const value = (isFront ? (front[c] as number) : behind) + noise * (2 * rng.next() - 1);
        into[at++] = Math.min(255, Math.max(0, Math.round(value)));
      }
    }
  }
}

function colour(rng: Rng): Rgb {
  return [rng.int(256), rng.int(256), rng.int(256)];
}

function distance(a: Rgb, b: Rgb): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
