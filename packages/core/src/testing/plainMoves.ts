// Knows how the ops without kernels of their own are made up: joins, pools, paddings, changes of shape, gates.
import type { BinaryFn, OpAttrs } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import { int32Tensor } from '../tensor/hostTensor.ts';
import type { GraphSketch, Sketched } from './graphSketch.ts';
import { activation, batchNorm, isImage, kernelOf, weightedBlock } from './weightedMoves.ts';

/** One step in making up a graph: adds nodes, or nothing where no value fits. */
export type Move = (sketch: GraphSketch) => void;

const binaryFns: readonly BinaryFn[] = ['add', 'add', 'add', 'sub', 'mul', 'maximum', 'minimum', 'prelu'];
const anyShape = (): boolean => true;
const last = ({ shape }: Sketched): number => shape.at(-1) as number;

/** Values of more channels are no longer widened, so that graphs stay small. */
const mostChannels = 24;
const narrow = (shape: Shape): boolean => (shape.at(-1) as number) <= mostChannels;

/** Every move by name. */
export const moves: Readonly<Record<string, Move>> = {
  layer: (sketch) => {
    const x = sketch.value((shape) => shape.length === 4 || shape.length === 2);
    if (x !== undefined) weightedBlock(sketch, x);
  },
  layerAgain: (sketch) => moves['layer']?.(sketch),
  residual: (sketch) => {
    const x = sketch.value(isImage);
    if (x === undefined) return;
    const like = sketch.values.filter(({ shape }) => String(shape) === String(x.shape));
    sketch.node('binary', [x, sketch.pick(like)], { fn: sketch.pick(binaryFns) });
  },
  shortcut: (sketch) => {
    const a = sketch.value(isImage);
    const others = sketch.values.filter(
      ({ shape }) => a !== undefined && isImage(shape) && shape[1] === a.shape[1] && shape[2] === a.shape[2],
    );
    if (a === undefined) return;
    const b = oneByOne(sketch, sketch.pick(others), last(a));
    const sum = sketch.node('binary', sketch.chance(0.5) ? [a, b] : [b, a], { fn: 'add' });
    if (sketch.chance(0.6)) activation(sketch, sum);
  },
  binaryConstant: (sketch) => {
    const x = sketch.value(anyShape);
    if (x === undefined) return;
    const tail = x.shape.slice(1) as number[];
    const shape = sketch.pick([
      [],
      [1],
      [last(x)],
      [last(x)],
      tail,
      x.shape.map((dim) => (dim === null ? 1 : dim)),
    ]);
    const operand = sketch.normal(shape as number[], 0.7);
    sketch.node('binary', sketch.chance(0.7) ? [x, operand] : [operand, x], { fn: sketch.pick(binaryFns) });
  },
  batchNorm: (sketch) => {
    const x = sketch.value(anyShape);
    if (x !== undefined) batchNorm(sketch, x);
  },
  activation: (sketch) => {
    const x = sketch.value(anyShape);
    if (x !== undefined) activation(sketch, x);
  },
  concat: (sketch) => {
    const x = sketch.value((shape) => isImage(shape) && narrow(shape));
    if (x === undefined) return;
    const fitting = sketch.values.filter(
      ({ shape }) => isImage(shape) && narrow(shape) && shape[1] === x.shape[1] && shape[2] === x.shape[2],
    );
    const parts = [x, ...Array.from({ length: sketch.between(1, 2) }, () => sketch.pick(fitting))];
    if (sketch.chance(0.2)) parts.push(x);
    sketch.node('concat', parts, { axis: sketch.pick([-1, 3]) });
  },
  concatRows: (sketch) => {
    const x = sketch.value((shape) => shape.length > 2 && (shape[1] as number) < 10);
    if (x === undefined) return;
    const like = sketch.values.filter(({ shape }) => String(shape) === String(x.shape));
    sketch.node('concat', [x, sketch.pick(like)], { axis: 1 });
  },
  pool: (sketch) => {
    const x = sketch.value(isImage);
    if (x === undefined) return;
    const [, h, w] = x.shape as [null, number, number, number];
    const attrs: OpAttrs['maxPool'] = {
      size: [sketch.between(1, Math.min(3, h)), sketch.between(1, Math.min(3, w))],
      strides: [sketch.between(1, 2), sketch.between(1, 2)],
      pad: sketch.pick(['same', 'valid']),
    };
    sketch.node(sketch.pick(['maxPool', 'avgPool']), [x], attrs);
  },
  mean: (sketch) => {
    const x = sketch.value(isImage);
    if (x === undefined) return;
    const keepDims = sketch.chance(0.5);
    sketch.node('mean', [x], { axes: sketch.pick([[1, 2], [1, 2], [2, 1], [1], [-2]]), keepDims });
  },
  gate: (sketch) => {
    const x = sketch.value(isImage);
    if (x === undefined) return;
    const channels = last(x);
    const spatial = sketch.chance(0.5);
    let gate = sketch.node('mean', [x], { axes: [1, 2], keepDims: spatial });
    gate = spatial ? oneByOne(sketch, gate, sketch.between(1, 4)) : weightedBlock(sketch, gate);
    gate = sketch.node('unary', [gate], { fn: 'relu', alpha: 0 });
    gate = spatial ? oneByOne(sketch, gate, channels) : weightedBlock(sketch, gate, channels);
    gate = sketch.node('unary', [gate], { fn: 'sigmoid', alpha: 0 });
    if (!spatial) gate = sketch.node('reshape', [gate], { shape: [-1, 1, 1, channels] });
    sketch.node('binary', sketch.chance(0.5) ? [x, gate] : [gate, x], { fn: 'mul' });
  },
  spatialGate: (sketch) => {
    const x = sketch.value(isImage);
    if (x === undefined) return;
    const gate = sketch.node('unary', [oneByOne(sketch, x, 1)], { fn: 'sigmoid', alpha: 0 });
    sketch.node('binary', [x, gate], { fn: 'mul' });
  },
  pad: (sketch) => {
    const x = sketch.value((shape) => isImage(shape) && (shape[1] as number) < 9 && narrow(shape));
    if (x === undefined) return;
    const side = (most: number): readonly [number, number] => [
      sketch.between(0, most),
      sketch.between(0, most),
    ];
    const channels = sketch.chance(0.5) ? side(2) : ([0, 0] as const);
    const image = sketch.chance(0.6)
      ? [side(1), side(1)]
      : ([
          [0, 0],
          [0, 0],
        ] as const);
    sketch.node('pad', [x], { paddings: [[0, 0], ...image, channels], value: sketch.pick([0, 0, 0.5, -1]) });
  },
  transposedPad: (sketch) => {
    const x = sketch.value((shape) => isImage(shape) && narrow(shape));
    if (x === undefined) return;
    const turned = sketch.node('transpose', [x], { perm: [0, 3, 1, 2] });
    const padded = sketch.node('pad', [turned], {
      paddings: [
        [0, 0],
        [sketch.between(0, 2), sketch.between(0, 2)],
        [0, 0],
        [0, 0],
      ],
      value: 0,
    });
    sketch.node('transpose', [padded], { perm: [0, 2, 3, 1] });
  },
  transpose: (sketch) => {
    const x = sketch.value(isImage);
    if (x !== undefined)
      sketch.node('transpose', [x], {
        perm: sketch.pick([
          [0, 2, 1, 3],
          [0, 3, 1, 2],
          [0, 1, 2, 3],
        ]),
      });
  },
  flatten: (sketch) => {
    const x = sketch.value((shape) => shape.length > 2 && sizeOfImage(shape) <= 160);
    if (x === undefined) return;
    const flat = sketch.node('reshape', [x], { shape: [-1, sizeOfImage(x.shape)] });
    if (sketch.chance(0.7)) weightedBlock(sketch, flat);
  },
  reshapeImage: (sketch) => {
    const x = sketch.value(isImage);
    if (x === undefined) return;
    const [, h, w, c] = x.shape as [null, number, number, number];
    const shape = sketch.pick([
      [-1, h * w, 1, c],
      [-1, h, w * c],
      [-1, 1, h, w * c],
      [-1, w, h, c],
      [-1, h * w, c],
      ...(c % 2 === 0 ? [[-1, h, w * 2, c / 2]] : []),
    ]);
    sketch.node('reshape', [x], { shape });
  },
  gatherChannels: (sketch) => {
    const x = sketch.value((shape) => shape.length > 1 && narrow(shape));
    if (x === undefined) return;
    const axis = x.shape.length - 1;
    const indices = Array.from({ length: sketch.between(1, 8) }, () => sketch.rng.int(last(x)));
    sketch.node('gather', [x, sketch.weight(int32Tensor([indices.length], indices))], { axis });
  },
  gatherRows: (sketch) => {
    const x = sketch.value((shape) => shape.length > 2);
    if (x === undefined) return;
    const indices = Array.from({ length: sketch.between(1, 4) }, () => sketch.rng.int(x.shape[1] as number));
    sketch.node('gather', [x, sketch.weight(int32Tensor([indices.length], indices))], { axis: 1 });
  },
  scatter: (sketch) => {
    const x = sketch.value((shape) => (shape.length === 4 || shape.length === 2) && narrow(shape));
    // The file spells a scatter by whether it is one of an image.
    if (x === undefined || !sketch.isInferred(x)) return;
    const size = last(x) + sketch.between(1, 3);
    const positions = [...Array(size).keys()];
    while (positions.length > last(x)) positions.splice(sketch.rng.int(positions.length), 1);
    // The file keeps fills as float32.
    const fill = Array.from({ length: size }, (_, c) =>
      positions.includes(c) || sketch.chance(0.5) ? 0 : Math.fround(sketch.rng.normal()),
    );
    sketch.node('scatter', [x], { size, positions, fill });
  },
  softmax: (sketch) => {
    const x = sketch.value((shape) => shape.length === 2);
    if (x !== undefined) sketch.node('softmax', [x], {});
  },
};

function oneByOne(sketch: GraphSketch, x: Sketched, filters: number): Sketched {
  const kernel = kernelOf(sketch, [1, 1, last(x), filters], last(x));
  const bias = sketch.chance(0.5) ? [sketch.normal([filters], 0.5)] : [];
  return sketch.node('conv2d', [x, kernel, ...bias], {
    strides: [1, 1],
    dilations: [1, 1],
    pad: sketch.pick(['same', 'valid']),
    activation: 'none',
    alpha: 0,
  });
}

function sizeOfImage(shape: Shape): number {
  return (shape.slice(1) as number[]).reduce((product, dim) => product * dim, 1);
}
