// Knows how channel shuffles and the ops that are not understood are made up.
import type { Dim } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import { attr } from '../modelfile/tfNodeDefs.ts';
import { shuffledOrder } from '../rng.ts';
import { int32Tensor } from '../tensor/hostTensor.ts';
import type { GraphSketch, Sketched } from './graphSketch.ts';
import { isImage, kernelOf } from './weightedMoves.ts';

const float = attr.type('float32');
const int = attr.type('int32');
const last = (shape: Shape): number => shape.at(-1) as number;
const narrow = (shape: Shape): boolean => isImage(shape) && last(shape) <= 12;
const ints = (sketch: GraphSketch, values: readonly number[]): Sketched =>
  sketch.weight(int32Tensor([values.length], values));

/** Every move by name; each adds nodes, or nothing where no value fits. */
export const shuffleMoves: Readonly<Record<string, (sketch: GraphSketch) => void>> = {
  shuffle: (sketch) => {
    let x = sketch.value(isImage);
    if (x === undefined) return;
    let c = last(x.shape);
    // Few values have channels that go into groups by chance.
    if (c < 4 || c % 2 !== 0) {
      c = sketch.pick([4, 6, 8]);
      const kernel = kernelOf(sketch, [1, 1, last(x.shape), c], last(x.shape));
      const window = { strides: [1, 1], dilations: [1, 1], pad: 'same' } as const;
      x = sketch.node('conv2d', [x, kernel], { ...window, activation: 'none', alpha: 0 });
    }
    const [, h, w] = x.shape as [Dim, number, number];
    const groups = sketch.pick([2, c / 2]);
    const rows = sketch.pick([[h, w], [h, w], [h * w], [h, w, 1]]);
    const apart = sketch.node('reshape', [x], { shape: [-1, ...rows, groups, c / groups] });
    const rank = apart.shape.length;
    const swapped = [...Array(rank - 2).keys(), rank - 1, rank - 2];
    const turned = sketch.node('transpose', [apart], { perm: swapped });
    const whole = sketch.node('reshape', [turned], { shape: [-1, h, w, c] });
    if (sketch.chance(0.5)) return;
    const half = { begin: [0, 0, 0, sketch.pick([0, c / 2])], size: [-1, -1, -1, c / 2] };
    sketch.node('slice', [whole], half);
  },
  permuted: (sketch) => {
    const x = sketch.value((shape) => shape.length === 4 || shape.length === 2);
    if (x === undefined) return;
    const order = shuffledOrder(last(x.shape), sketch.rng);
    sketch.node('gather', [x, ints(sketch, [...order])], { axis: x.shape.length - 1 });
  },
  reversed: (sketch) => {
    const x = sketch.value(isImage);
    if (x === undefined) return;
    const axis = sketch.pick([1, 2, 3]);
    sketch.opaque('ReverseV2', [x, ints(sketch, [axis])], { T: float, Tidx: int }, [x.shape]);
  },
  tiled: (sketch) => {
    const x = sketch.value((shape) => narrow(shape) && (shape[1] as number) < 6);
    if (x === undefined) return;
    const times = sketch.pick([
      [1, 1, 1, 2],
      [1, 2, 1, 1],
      [1, 1, 1, 1],
    ]);
    const shape = x.shape.map((dim, axis) => (dim === null ? null : dim * (times[axis] as number)));
    sketch.opaque('Tile', [x, ints(sketch, times)], { T: float, Tmultiples: int }, [shape]);
  },
  stacked: (sketch) => {
    const x = sketch.value(narrow);
    if (x === undefined) return;
    const like = sketch.values.filter(({ shape }) => String(shape) === String(x.shape));
    const parts = [x, sketch.pick(like)];
    const axis = sketch.pick([1, 3, 4]);
    const shape = [...x.shape.slice(0, axis), parts.length, ...x.shape.slice(axis)];
    const [stack] = sketch.opaque(
      'Pack',
      parts,
      { T: float, N: attr.int(parts.length), axis: attr.int(axis) },
      [shape],
    );
    if (stack === undefined || sketch.chance(0.3)) return;
    const from = sketch.pick([axis, 4]);
    const count = shape[from] as number;
    const piece = [...shape.slice(0, from), ...shape.slice(from + 1)];
    sketch.opaque(
      'Unpack',
      [stack],
      { T: float, num: attr.int(count), axis: attr.int(from) },
      new Array(count).fill(piece),
    );
  },
};
