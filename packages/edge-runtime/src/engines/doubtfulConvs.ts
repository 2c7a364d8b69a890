// Knows which convolutions of a GraphModel tfjs's wasm backend is known to get wrong: SAME padding, and a stride that steps
// over pixels which no window sees.
import type { GraphModelFile, GraphModelNode } from '../fetch/parseModelFile.ts';
import type { KnownGraph } from './checkShapes.ts';

/** A convolution that is doubted, as far as padding depends on it. */
export interface DoubtfulConv {
  readonly name: string;
  readonly op: 'conv2d' | 'depthwiseConv2d';
  /** `[kh, kw]` and `[sy, sx]`. */
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  /** `[height, width]` of its input; null where the file leaves it open. */
  readonly size: readonly [number, number] | null;
}

const OPS: Readonly<Record<string, DoubtfulConv['op']>> = {
  Conv2D: 'conv2d',
  _FusedConv2D: 'conv2d',
  DepthwiseConv2d: 'depthwiseConv2d',
  DepthwiseConv2dNative: 'depthwiseConv2d',
  FusedDepthwiseConv2dNative: 'depthwiseConv2d',
};

/** The convolutions that are doubted, in the order of the file; `known` is the graph that it holds, where our reader can tell. */
export function doubtfulConvs(file: GraphModelFile, known: KnownGraph | undefined): DoubtfulConv[] {
  const shapes = new Map(
    file.groups.flatMap(({ weights }) => weights.map(({ name, shape }) => [name, shape] as const)),
  );
  const found = file.nodes.flatMap((node): Omit<DoubtfulConv, 'size'>[] => {
    const op = Object.hasOwn(OPS, node.op) ? OPS[node.op] : undefined;
    const [kh, kw] = shapes.get((node.input?.[1] ?? '').replace(/:0$/, '')) ?? [];
    const [, sy, sx] = stridesOf(node);
    if (!op || !kh || !kw || !sy || !sx || !isSame(node)) return [];
    // Kernels of one pixel are computed in another way, which is right.
    const doubted = (sy > kh || sx > kw) && (kh > 1 || kw > 1);
    return doubted ? [{ name: node.name, op, kernel: [kh, kw], strides: [sy, sx] }] : [];
  });
  if (found.length === 0) return [];
  const sizes = inputSizes(known);
  return found.map((conv) => ({ ...conv, size: sizes.get(conv.name) ?? null }));
}

/** Height and width of each convolution's input; of a graph that only tfjs can read none, and all sizes are tried. */
function inputSizes(known: KnownGraph | undefined): ReadonlyMap<string, readonly [number, number]> {
  const sizes = new Map<string, readonly [number, number]>();
  for (const { name, inputs } of known?.graph.nodes ?? []) {
    const [, height, width, more] = known?.shapes.get(inputs[0] ?? '') ?? [];
    if (height && width && more !== undefined) sizes.set(name, [height, width]);
  }
  return sizes;
}

function stridesOf({ attr }: GraphModelNode): number[] {
  const strides = attr?.['strides'] as { list?: { i?: readonly (string | number)[] } } | undefined;
  return Array.isArray(strides?.list?.i) ? strides.list.i.map(Number) : [];
}

function isSame({ attr }: GraphModelNode): boolean {
  const padding = attr?.['padding'] as { s?: unknown } | undefined;
  // "SAME" in base64, as model.json writes bytes.
  return padding?.s === 'U0FNRQ==';
}
