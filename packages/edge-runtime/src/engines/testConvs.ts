// Knows how convolutions of tfjs's wasm backend are tried on a few numbers, against plain loops.
import { AsfpError, type ConvNode, evaluate, float32Tensor, type HostTensor, rngFromSeed } from '@asfp/core';
import { conv2d, depthwiseConv2d, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { DoubtfulConv } from './doubtfulConvs.ts';
import { onBackend } from './onBackend.ts';

/** Sums of at most some hundred products of normal numbers in float32 stay far below; a wrong window does not. */
const TOLERANCE = 1e-3;

/** Throws AsfpError `wrong-kernel`, which names the first convolution that tfjs's wasm backend gets wrong. */
export async function testConvs(convs: readonly DoubtfulConv[], url: string): Promise<void> {
  await onBackend('wasm', () => {
    const known = new Set<string>();
    for (const conv of convs) {
      for (const size of sizesOf(conv)) {
        const { op, kernel, strides } = conv;
        const key = JSON.stringify([op, kernel, strides, size]);
        if (known.has(key)) continue;
        known.add(key);
        const distance = distanceAt(conv, size);
        if (!(distance <= TOLERANCE)) throw wrong(conv, url, distance);
      }
    }
  });
}

/** Padding depends on what is left of a size over the stride: a small size with that rest stands for all larger ones. */
function sizesOf({ kernel: [kh, kw], strides: [sy, sx], size }: DoubtfulConv): [number, number][] {
  const small = (length: number, stride: number, window: number): number =>
    stride * Math.ceil(Math.max(2 * stride, window) / stride) + 1 + ((length - 1) % stride);
  if (size) return [[small(size[0], sy, kh), small(size[1], sx, kw)]];
  return Array.from({ length: Math.min(64, sy * sx) }, (_, i) => [
    small(1 + (i % sy), sy, kh),
    small(1 + Math.floor(i / sy), sx, kw),
  ]);
}

function distanceAt(
  { op, kernel: [kh, kw], strides }: DoubtfulConv,
  [height, width]: [number, number],
): number {
  const rng = rngFromSeed(1);
  const normal = (shape: number[]): HostTensor => {
    const length = shape.reduce((a, b) => a * b, 1);
    return float32Tensor(
      shape,
      Array.from({ length }, () => rng.normal()),
    );
  };
  const picture = normal([1, height, width, 2]);
  const kernel = normal([kh, kw, 2, 1]);
  const node: ConvNode = {
    name: 'y',
    op,
    inputs: ['x', 'k'],
    attrs: { pad: 'same', strides, dilations: [1, 1], activation: 'none', alpha: 0 },
  };
  const real = [picture, kernel].map(({ shape, values }) => ({ shape, values: Float64Array.from(values) }));
  const wanted = evaluate(node, real).values;
  const found = tidy(() => {
    const [x, k] = [picture, kernel].map(({ values, shape }) =>
      tensor4d(values as Float32Array, shape as [number, number, number, number]),
    ) as [Tensor4D, Tensor4D];
    const run = op === 'conv2d' ? conv2d : depthwiseConv2d;
    return run(x, k, [...strides], 'same').dataSync();
  });
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return Math.max(...Array.from(found, (value, i) => Math.abs(value - (wanted[i] as number))));
}

function wrong({ name, op, kernel, strides }: DoubtfulConv, url: string, distance: number): AsfpError {
  return new AsfpError({
    code: 'wrong-kernel',
    where: `${url}, ${name}`,
    expected: `engine tfjs-wasm to compute a ${op} of kernel ${kernel.join(' × ')}, stride ${strides.join(' × ')} and padding SAME as plain loops do`,
    found: `numbers that are off by ${distance.toPrecision(2)}`,
    cure: "Open it with engine 'compiled' or 'auto'",
  });
}
