// Knows how the ops that change an image's size or cut it up are made up.
import type { Shape } from '../graph/ops.ts';
import type { GraphSketch, Sketched } from './graphSketch.ts';
import { isImage, kernelOf } from './weightedMoves.ts';

type Image = [null, number, number, number];

const small = (shape: Shape): boolean =>
  isImage(shape) && (shape[1] as number) < 8 && (shape[2] as number) < 8;

/** Every move by name; each adds nodes, or nothing where no value fits. */
export const imageMoves: Readonly<Record<string, (sketch: GraphSketch) => void>> = {
  transposed: (sketch) => {
    const x = sketch.value(small);
    // Where nobody knows the input's shape, the arithmetic of the size that a file holds cannot be read again.
    if (x === undefined || !sketch.isInferred(x)) return;
    const [, h, w, c] = x.shape as Image;
    const [kh, kw] = [sketch.between(1, 3), sketch.between(1, 3)];
    const [sh, sw] = [sketch.between(1, 2), sketch.between(1, 2)];
    const pad = sketch.pick(['same', 'valid'] as const);
    const grown = (size: number, window: number, stride: number): number =>
      pad === 'same' ? size * stride : (size - 1) * stride + window;
    const kernel = kernelOf(sketch, [kh, kw, sketch.between(1, 6), c], c);
    sketch.node('convTranspose2d', [x, kernel], {
      strides: [sh, sw],
      pad,
      size: [grown(h, kh, sh), grown(w, kw, sw)],
    });
  },
  resize: (sketch) => {
    const x = sketch.value(small);
    if (x === undefined) return;
    const [, h, w] = x.shape as Image;
    const [alignCorners, halfPixelCenters] = sketch.pick([
      [false, false],
      [true, false],
      [false, true],
    ] as const);
    sketch.node('resize', [x], {
      method: sketch.pick(['bilinear', 'nearest']),
      size: [sketch.between(1, 2) * h, sketch.between(1, 2) * w],
      alignCorners,
      halfPixelCenters,
    });
  },
  slice: (sketch) => {
    const x = sketch.value(isImage);
    if (x === undefined) return;
    const dims = (x.shape as Image).slice(1) as number[];
    const begin = dims.map((dim) => (sketch.chance(0.5) ? 0 : sketch.rng.int(dim)));
    const size = dims.map((dim, axis) => {
      const left = dim - (begin[axis] as number);
      return sketch.chance(0.4) ? -1 : sketch.between(1, left);
    });
    sketch.node('slice', [x], { begin: [0, ...begin], size: [-1, ...size] });
  },
  split: (sketch) => {
    const x = sketch.value((shape) => isImage(shape) && (shape[3] as number) > 1);
    if (x === undefined) return;
    const channels = (x.shape as Image)[3];
    const at = sketch.between(1, channels - 1);
    const part = (from: number, count: number): Sketched =>
      sketch.node('slice', [x], { begin: [0, 0, 0, from], size: [-1, -1, -1, count] });
    const [a, b] = [part(0, at), part(at, channels - at)];
    if (sketch.chance(0.5)) sketch.node('concat', [b, a], { axis: 3 });
  },
  squeezed: (sketch) => {
    const x = sketch.value(isImage);
    if (x === undefined) return;
    const mean = sketch.node('mean', [x], { axes: [1, 2], keepDims: true });
    const flat = sketch.node('squeeze', [mean], { axes: [1, 2] });
    if (sketch.chance(0.5)) return;
    const row = sketch.node('expandDims', [flat], { axis: 1 });
    sketch.node('binary', [x, sketch.node('expandDims', [row], { axis: 1 })], { fn: 'mul' });
  },
  depthToSpace: (sketch) => {
    const x = sketch.value((shape) => small(shape) && (shape[3] as number) % 4 === 0);
    if (x !== undefined) sketch.node('depthToSpace', [x], { blockSize: 2 });
  },
  mirrorPad: (sketch) => {
    const x = sketch.value((shape) => small(shape) && (shape[1] as number) > 1 && (shape[2] as number) > 1);
    if (x === undefined) return;
    const side = (): readonly [number, number] => [sketch.between(0, 1), sketch.between(0, 1)];
    sketch.node('mirrorPad', [x], {
      paddings: [[0, 0], side(), side(), [0, 0]],
      mode: sketch.pick(['reflect', 'symmetric']),
    });
  },
  reduce: (sketch) => {
    const x = sketch.value(isImage);
    if (x === undefined) return;
    sketch.node('reduce', [x], {
      fn: sketch.pick(['sum', 'max', 'min']),
      axes: sketch.pick([[1, 2], [1], [2], [3]]),
      keepDims: sketch.chance(0.6),
    });
  },
  unary: (sketch) => {
    const x = sketch.value(() => true);
    if (x === undefined) return;
    const fn = sketch.pick(['selu', 'softplus', 'abs', 'neg', 'square', 'erf'] as const);
    sketch.node('unary', [x], { fn, alpha: 0 });
  },
};
