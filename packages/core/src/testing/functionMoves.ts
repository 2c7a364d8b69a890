// Knows how functions with poles and the normalizations spelled by them are made up: each argument stays where it is tame.
import type { BinaryFn, UnaryFn } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import { float32Tensor } from '../tensor/hostTensor.ts';
import type { GraphSketch, Sketched } from './graphSketch.ts';
import { isImage } from './weightedMoves.ts';

type Build = (sketch: GraphSketch, x: Sketched) => Sketched;

const unary = (fn: UnaryFn): Build => {
  return (sketch, x) => sketch.node('unary', [x], { fn, alpha: 0 });
};
const binary = (sketch: GraphSketch, fn: BinaryFn, a: Sketched, b: Sketched): Sketched =>
  sketch.node('binary', [a, b], { fn });
const square = unary('square');
const tanh = unary('tanh');

/** x² + s or |x| + s, with s from a half to one and a half: far from the pole at zero. */
const positive: Build = (sketch, x) => {
  const size = sketch.pick([square, unary('abs')])(sketch, x);
  return binary(sketch, 'add', size, sketch.number(0.5 + sketch.rng.next()));
};

/** Another value of the same shape, or the same one. */
const alike = (sketch: GraphSketch, x: Sketched): Sketched =>
  sketch.pick(sketch.values.filter(({ shape }) => String(shape) === String(x.shape)));

/** One number a channel, all of one sign, from a half to one and a half. */
const perChannel = (sketch: GraphSketch, x: Sketched): Sketched => {
  const size = x.shape.at(-1) as number;
  return sketch.weight(
    float32Tensor(
      [size],
      Float32Array.from({ length: size }, () => 0.5 + sketch.rng.next()),
    ),
  );
};

const functions: readonly Build[] = [
  (sketch, x) => unary('exp')(sketch, tanh(sketch, x)),
  (sketch, x) => unary('exp')(sketch, unary('neg')(sketch, square(sketch, x))),
  (sketch, x) => unary('log')(sketch, positive(sketch, x)),
  (sketch, x) => unary('sqrt')(sketch, positive(sketch, x)),
  (sketch, x) => unary('rsqrt')(sketch, positive(sketch, x)),
  (sketch, x) => unary('reciprocal')(sketch, positive(sketch, x)),
  (sketch, x) => binary(sketch, 'div', x, positive(sketch, alike(sketch, x))),
  (sketch, x) => binary(sketch, 'div', x, perChannel(sketch, x)),
  (sketch, x) => binary(sketch, 'div', perChannel(sketch, x), positive(sketch, x)),
  (sketch, x) => binary(sketch, 'pow', tanh(sketch, x), sketch.number(sketch.pick([2, 3]))),
  (sketch, x) => binary(sketch, 'pow', positive(sketch, tanh(sketch, x)), perChannel(sketch, x)),
  (sketch, x) => binary(sketch, 'pow', positive(sketch, tanh(sketch, x)), tanh(sketch, alike(sketch, x))),
  (sketch, x) => binary(sketch, 'squaredDifference', x, alike(sketch, x)),
  (sketch, x) => binary(sketch, 'squaredDifference', x, perChannel(sketch, x)),
];

/** Every move by name; each adds nodes, or nothing where no value fits. */
export const functionMoves: Readonly<Record<string, (sketch: GraphSketch) => void>> = {
  function: (sketch) => {
    const x = sketch.value(() => true);
    if (x !== undefined) sketch.pick(functions)(sketch, x);
  },
  functionAgain: (sketch) => functionMoves['function']?.(sketch),
  swish: (sketch) => {
    const x = sketch.value(() => true);
    if (x === undefined) return;
    if (sketch.chance(0.5)) binary(sketch, 'mul', x, unary('sigmoid')(sketch, x));
    else {
      const gate = unary('relu6')(sketch, binary(sketch, 'add', x, sketch.number(3)));
      binary(sketch, 'mul', binary(sketch, 'mul', x, gate), sketch.number(1 / 6));
    }
  },
  /** Instance norm over the positions or layer norm over the channels, as a converter writes them. */
  normalized: (sketch) => {
    const x = sketch.value(isImage);
    if (x === undefined) return;
    const axes = sketch.pick([[1, 2], [3], [-1]]);
    const mean = sketch.node('mean', [x], { axes, keepDims: true });
    const apart = binary(sketch, 'squaredDifference', x, mean);
    const variance = sketch.node('mean', [apart], { axes, keepDims: true });
    const deviation = binary(sketch, 'add', variance, sketch.number(0.01));
    const factor = binary(sketch, 'mul', unary('rsqrt')(sketch, deviation), perChannel(sketch, x));
    const shift = binary(
      sketch,
      'sub',
      sketch.normal([x.shape.at(-1) as number], 0.5),
      binary(sketch, 'mul', mean, factor),
    );
    binary(sketch, 'add', binary(sketch, 'mul', x, factor), shift);
  },
  /** Batch norm in its third spelling: Rsqrt, Mul, Sub and AddV2 of the vectors. */
  spelledNorm: (sketch) => {
    const x = sketch.value((shape: Shape) => shape.length > 1);
    if (x === undefined) return;
    const variance = binary(sketch, 'add', perChannel(sketch, x), sketch.number(0.001));
    const factor = binary(sketch, 'mul', unary('rsqrt')(sketch, variance), perChannel(sketch, x));
    const mean = sketch.normal([x.shape.at(-1) as number], 0.3);
    const shift = binary(
      sketch,
      'sub',
      sketch.normal([x.shape.at(-1) as number], 0.5),
      binary(sketch, 'mul', mean, factor),
    );
    binary(sketch, 'add', binary(sketch, 'mul', x, factor), shift);
  },
};
