// Knows what a model is proven on: seeded and edge values, batch 4 and 1, and two sizes where the model leaves them open.
import {
  AsfpError,
  describeError,
  type Feeds,
  type Graph,
  type GraphNode,
  inferShapes,
  type Rng,
  rngFromSeed,
  showShape,
  sizeOf,
} from '@asfp/core';

/** What the values of one image are like. */
type Filling = 'normal' | 'uniform' | 'zeros' | 'ones' | 'minus ones' | 'low and high' | 'large';

/** One set of inputs, of which all images are run at once. */
export interface ProofCase {
  readonly name: string;
  readonly seed: number;
  /** One word an image. */
  readonly images: readonly Filling[];
  readonly feeds: Feeds;
}

/** The cases, and by name what the model does not allow. */
export interface ProofCases {
  readonly cases: readonly ProofCase[];
  readonly notRun: readonly string[];
}

/** The smallest and largest value that an input is meant for. */
export type InputRange = readonly [number, number];

/** Shapes by input. */
type Shapes = Readonly<Record<string, readonly number[]>>;

/** Heights and widths that are tried where they are open, of which the first two that fit are taken. */
const openSizes: readonly (readonly [number, number])[] = [
  [64, 64],
  [96, 80],
  [128, 96],
  [160, 160],
  [224, 224],
  [256, 320],
];

/** Times the range for large values. */
const large = 30;

/** What the cases of one graph are, in order; `[batch 4, batch 4, batch 1, batch 1]`. */
const plans: readonly { readonly name: string; readonly images: readonly Filling[] }[] = [
  { name: 'seeded', images: ['normal', 'uniform', 'normal', 'uniform'] },
  { name: 'edges', images: ['zeros', 'ones', 'minus ones', 'low and high'] },
  { name: 'large', images: ['large'] },
];

/**
 * The cases for a graph. `range` is what the model says its input lies in, −1 … 1 without. A batch that is fixed stays
 * what it is, and the images of a case are then spread over several. Throws AsfpError `input-size` where no size fits.
 */
export function proofCases(graph: Graph, range: InputRange = [-1, 1]): ProofCases {
  const { found, notRun } = sizesThatFit(graph);
  const [first, second] = found;
  if (first === undefined) {
    throw new AsfpError({
      code: 'input-size',
      where: inputsOf(graph)
        .map(({ name, attrs }) => `input ${name} ${showShape(attrs.shape)}`)
        .join(', '),
      expected: `a model that runs at one of the sizes ${openSizes.map((size) => size.join('×')).join(', ')}`,
      found: notRun.at(-1) ?? 'none',
    });
  }
  const batch = batchOf(graph);
  const cases: ProofCase[] = plans.flatMap(({ name, images }, i) =>
    chunks(images, batch ?? images.length).map((chunk, part, all) =>
      caseOf(graph, all.length === 1 ? name : `${name} ${part + 1}`, i + 1, chunk, first, range),
    ),
  );
  if (second !== undefined)
    cases.push(caseOf(graph, 'second size', plans.length + 1, chunkOf('normal', batch ?? 1), second, range));
  if (batch !== undefined)
    return { cases, notRun: [...notRun, `other batches: the model is made for ${batch}`] };
  return { cases, notRun };
}

/** The case with its first image alone; the case itself where the model fixes the batch. */
export function firstImage(graph: Graph, { name, seed, images, feeds }: ProofCase): ProofCase {
  if (batchOf(graph) !== undefined || images.length === 1) return { name, seed, images, feeds };
  const alone = Object.entries(feeds).map(([input, { shape, values }]) => {
    const one = [1, ...shape.slice(1)];
    return [input, { shape: one, values: Array.from(values).slice(0, sizeOf(one)) }] as const;
  });
  return { name, seed, images: images.slice(0, 1), feeds: Object.fromEntries(alone) };
}

function caseOf(
  graph: Graph,
  name: string,
  seed: number,
  images: readonly Filling[],
  shapes: Shapes,
  range: InputRange,
): ProofCase {
  const feeds = inputsOf(graph).map((node) => {
    const [, ...rest] = shapes[node.name] as readonly number[];
    const shape = node.attrs.shape.length === 0 ? [] : [node.attrs.shape[0] ?? images.length, ...rest];
    const rng = rngFromSeed(seed).fork(`${name} ${node.name}`);
    const each = sizeOf(shape) / images.length;
    const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) =>
      drawn(images[Math.floor(i / each)] ?? 'normal', i, range, rng),
    );
    return [node.name, { shape, values: typed(node, values) }] as const;
  });
  return { name, seed, images, feeds: Object.fromEntries(feeds) };
}

/** Whole numbers and truth values where an input takes those. */
function typed({ attrs }: GraphNode<'input'>, values: Float32Array): ArrayLike<number> {
  if (attrs.dtype === 'bool') return values.map((value) => (value > 0 ? 1 : 0));
  return attrs.dtype === 'int32' ? values.map((value) => Math.abs(Math.round(value))) : values;
}

function drawn(filling: Filling, at: number, [low, high]: InputRange, rng: Rng): number {
  switch (filling) {
    case 'normal':
      return rng.normal();
    case 'uniform':
      return low + (high - low) * rng.next();
    case 'zeros':
      return 0;
    case 'ones':
      return 1;
    case 'minus ones':
      return -1;
    case 'low and high':
      return at % 2 === 0 ? low : high;
    case 'large':
      return large * Math.max(Math.abs(low), Math.abs(high)) * (2 * rng.next() - 1);
  }
}

function inputsOf(graph: Graph): GraphNode<'input'>[] {
  return graph.nodes.filter((node) => node.op === 'input');
}

/** The batch that a model fixes; undefined where all its inputs leave it open. */
function batchOf(graph: Graph): number | undefined {
  const fixed = inputsOf(graph).flatMap(({ attrs }) => attrs.shape.slice(0, 1));
  return fixed.find((dim) => dim !== null) ?? undefined;
}

/** Every input's shape for one image, at up to two sizes where sizes are open. */
function sizesThatFit(graph: Graph): {
  readonly found: readonly Shapes[];
  readonly notRun: readonly string[];
} {
  const inputs = inputsOf(graph);
  const open = inputs.some(({ attrs }) => attrs.shape.slice(1).includes(null));
  const found: Shapes[] = [];
  const notRun: string[] = [];
  for (const size of open ? openSizes : openSizes.slice(0, 1)) {
    if (found.length === 2) break;
    const shapes = Object.fromEntries(inputs.map(({ name, attrs }) => [name, sized(attrs.shape, size)]));
    const refusal = open ? refusalOf(graph, shapes) : undefined;
    if (refusal === undefined) found.push(shapes);
    else notRun.push(`size ${size.join('×')}: ${refusal}`);
  }
  return { found, notRun };
}

/** Open sizes filled: height and width in turn. */
function sized(shape: readonly (number | null)[], [height, width]: readonly [number, number]): number[] {
  const [batch, ...rest] = shape;
  const last = rest.lastIndexOf(null);
  const first = rest.indexOf(null);
  const filled = rest.map((dim, i) => dim ?? (i === last && first !== last ? width : height));
  return shape.length === 0 ? [] : [batch ?? 1, ...filled];
}

/** Why the graph does not run at these shapes, as far as that can be told beforehand. */
export function refusalOf(graph: Graph, shapes: Shapes): string | undefined {
  try {
    for (const [name, shape] of inferShapes(graph, shapes)) {
      if (shape.some((dim) => dim !== null && dim < 1)) return `${name} would have no values`;
    }
    return undefined;
  } catch (cause) {
    return describeError(cause);
  }
}

function chunks(images: readonly Filling[], size: number): Filling[][] {
  const parts = Math.max(1, Math.ceil(images.length / size));
  return Array.from({ length: parts }, (_, part) =>
    Array.from({ length: size }, (_, i) => images[(part * size + i) % images.length] as Filling),
  );
}

function chunkOf(filling: Filling, size: number): Filling[] {
  return new Array<Filling>(size).fill(filling);
}
