// Knows how kernels lie in memory for Winograd: transformed, a plane of panels for each point.
import type { ConvKernel } from './packConv.ts';
import { packRow, up4 } from './packPanels.ts';

/** Points of each axis on which a kernel is transformed. */
export type Points = 4 | 6;

/** The points before infinity, which is the last one; of four points, the first three. */
const FINITE = [0, 1, -1, 2, -2];

/** The parts of a kernel, `[row, column]` of each one's first tap, of stride 1 the second alone: those without a last tap stand at the ends. */
const PHASES = [
  [0, 1],
  [0, 0],
  [1, 0],
  [1, 1],
] as const;

/** How many results a tile is wide and high: so many does Winograd on `points` points give of a kernel `[size, size, in, out]`. */
export function winogradTile(size: number, points: Points, stride: 1 | 2): number {
  return points + 1 - Math.ceil(size / stride);
}

/**
 * A kernel `[size, size, in, out]` for winograd: `points²` planes of panels `G g Gᵀ`, each of depth `in`, or `up4(in)` for at most
 * four columns. With stride 2, whose size is odd, the depth is that of its four parts, `up4(in)` each; at infinity, only of those
 * that have a last tap.
 */
export function packWinograd(kernel: ConvKernel, points: Points, stride: 1 | 2): Float32Array {
  const [size, , channels, cols] = kernel.shape;
  const g = transform(Math.ceil(size / stride), points);
  const wide = stride > 1 || up4(cols) === 4 ? up4(channels) : channels;
  const out = new Float32Array((points * stride - stride + 1) ** 2 * wide * up4(cols));
  let at = 0;
  const planes = Array.from({ length: points ** 2 }, (_, plane) => {
    const [low, last] = [plane >= points * (points - 1), (plane + 1) % points === 0];
    const [down, along] = [low ? 1 : stride, last ? 1 : stride];
    const phases = PHASES.filter(([py, px]) => py < down && px < along);
    const from = at;
    at += phases.length * wide * up4(cols);
    return { panels: out.subarray(from, at), phases };
  });
  // A channel at a time, so that it stays near; half of the transform is shared by the planes of a row.
  const row = size * cols;
  const own = new Float64Array(size * row);
  const half = new Float64Array(stride * row);
  const whole = new Float64Array(cols);
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < own.length; i++) {
      const col = i % cols;
      own[i] = kernel.values[(i - col) * channels + channel * cols + col] as number;
    }
    planes.forEach(({ panels, phases }, plane) => {
      const [down, along] = [g[Math.floor(plane / points)], g[plane % points]] as [number[], number[]];
      for (let py = 0; py < stride && plane % points === 0; py++)
        combine(down, own, py * row, stride * row, size * row, half.subarray(py * row, (py + 1) * row));
      phases.forEach(([py, px], phase) => {
        combine(along, half, py * row + px * cols, stride * cols, (py + 1) * row, whole);
        packRow(panels, phases.length * wide, cols, phase * wide + channel, whole, 0);
      });
    });
  }
  return out;
}

/** `G`: the powers of the points over the products of their distances to the others (Lavin and Gray 2016, section 4). */
function transform(taps: number, points: Points): number[][] {
  const finite = FINITE.slice(0, points - 1);
  const each = Array.from({ length: taps }, (_, tap) => tap);
  return [
    ...finite.map((at) => {
      const product = finite.reduce((so, other) => (other === at ? so : so * (at - other)), 1);
      return each.map((tap) => at ** tap / product);
    }),
    each.map((tap) => (tap === taps - 1 ? 1 : 0)),
  ];
}

/** The sum of rows as long as `to`, from `start` on and `step` apart, as many as begin before `end`, each times its factor. */
function combine(
  factors: readonly number[],
  rows: Float64Array,
  start: number,
  step: number,
  end: number,
  to: Float64Array,
): void {
  // The first three at once: what is missing is added 0 times.
  const [f0, f1 = 0, f2 = 0] = factors.slice(0, Math.ceil((end - start) / step)) as [
    number,
    number?,
    number?,
  ];
  const p1 = f1 ? start + step : start;
  const p2 = f2 ? start + 2 * step : start;
  for (let i = 0; i < to.length; i++)
    to[i] = f0 * (rows[start + i] as number) + f1 * (rows[p1 + i] as number) + f2 * (rows[p2 + i] as number);
  for (let tap = 3, at = start + 3 * step; at < end; tap++, at += step) {
    const f = factors[tap] as number;
    for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + f * (rows[at + i] as number);
  }
}
