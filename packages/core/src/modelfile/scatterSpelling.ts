// Knows how scatters and gathers of channels are spelled in a GraphModel: a 1 × 1 convolution (for a scatter of rank 2, a matmul) with one 1 in each row or column of its kernel.
//
// tfjs's own way would be PadV2 and GatherV2, but its wasm Gather along the last axis takes six times as long as
// the convolution before it; the selecting product is exact as well (1 · x + 0 · y) and costs a fraction of it.
import type { Dim, Graph, GraphNode, OpAttrs } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import { constantTensor, nodesByName, outputNodes } from '../graph/walk.ts';
import { float32Tensor, type HostTensor, int32Tensor } from '../tensor/hostTensor.ts';

/** The selecting kernel `[1, 1, k, size]`, or `[k, size]` for rank 2. */
export function scatterKernel(attrs: OpAttrs['scatter'], spatial: boolean): HostTensor {
  const { positions, size } = attrs;
  const values = new Float32Array(positions.length * size);
  for (const [i, position] of positions.entries()) values[i * size + position] = 1;
  return float32Tensor(spatial ? [1, 1, positions.length, size] : [positions.length, size], values);
}

/** Channels before and after those of an image that stays together in a stream with zeros around it: such a scatter is a padding. */
export function asPadding({ size, positions, fill }: OpAttrs['scatter']): [number, number] | undefined {
  const first = positions[0];
  const together = positions.every((position, i) => position === (first as number) + i);
  if (first === undefined || !together || fill.some((value) => value !== 0)) return undefined;
  return [first, size - first - positions.length];
}

/** The scatter that a padding of all channels with zeros is; undefined for a padding that does anything else. */
export function paddingAsScatter(
  { paddings, value }: OpAttrs['pad'],
  channels: Dim | undefined,
): OpAttrs['scatter'] | undefined {
  const [before, after] = paddings.at(-1) ?? [0, 0];
  const others = paddings.slice(0, -1).every(([first, last]) => first === 0 && last === 0);
  if (value !== 0 || typeof channels !== 'number' || !others || before < 0 || after < 0) return undefined;
  const size = before + channels + after;
  const positions = Array.from({ length: channels }, (_, i) => before + i);
  return { size, positions, fill: new Array<number>(size).fill(0) };
}

/** Gives the selecting kernels among `weights` a form of one byte a number, exact for zeros and ones. */
export function storeInBytes(
  graph: Graph,
  gathers: ReadonlyMap<string, HostTensor>,
  weights: Map<string, HostTensor>,
): void {
  for (const { name, op } of graph.nodes) {
    const key = `${name}/kernel`;
    const kernel = op === 'scatter' || gathers.has(name) ? weights.get(key) : undefined;
    if (kernel === undefined) continue;
    const values = Uint8Array.from(kernel.values);
    weights.set(key, { ...kernel, stored: { dtype: 'uint8', scale: 1, min: 0, values } });
  }
}

/** The channels that a gather takes of an image, each at most once, where it is spelled as a convolution; undefined where it is not. */
export function gatheredChannels(
  node: GraphNode<'gather'>,
  nodes: ReadonlyMap<string, GraphNode>,
  shapes: ReadonlyMap<string, Shape>,
): readonly number[] | undefined {
  const order = constantTensor(nodes, node.inputs[1])?.values;
  const shape = shapes.get(node.inputs[0] as string);
  const onChannels = shape?.length === 4 && [3, -1].includes(node.attrs.axis) && shape[3] !== null;
  if (!onChannels || order === undefined || new Set(order).size !== order.length) return undefined;
  return [...order];
}

/** The gathers of a graph that are spelled as convolutions, with their kernels `[1, 1, c, out]`, and the indices that nobody else reads. */
export function gatherKernels(
  graph: Graph,
  shapes: ReadonlyMap<string, Shape>,
): { readonly kernels: ReadonlyMap<string, HostTensor>; readonly spare: ReadonlySet<string> } {
  const nodes = nodesByName(graph);
  const kernels = new Map<string, HostTensor>();
  const read = outputNodes(graph);
  const indices = new Set<string>();
  for (const node of graph.nodes) {
    const order = node.op === 'gather' ? gatheredChannels(node, nodes, shapes) : undefined;
    for (const from of node.inputs.slice(0, order === undefined ? undefined : 1)) read.add(from);
    if (order === undefined) continue;
    const channels = shapes.get(node.inputs[0] as string)?.[3] as number;
    const values = new Float32Array(channels * order.length);
    for (const [to, from] of order.entries()) values[from * order.length + to] = 1;
    kernels.set(node.name, float32Tensor([1, 1, channels, order.length], values));
    indices.add(node.inputs[1] as string);
  }
  return { kernels, spare: new Set([...indices].filter((name) => !read.has(name))) };
}

type Plain = Pick<OpAttrs['conv2d'], 'strides' | 'activation' | 'pad'>;

/** The scatter or gather that a convolution of the image `x` spells, with its weights; undefined when it is one that computes. */
export function selecting(
  name: string,
  x: string,
  conv: Plain,
  kernel: HostTensor,
  bias: HostTensor | undefined,
): GraphNode[] | undefined {
  const [kh, kw, ins, outs] = kernel.shape as unknown as [number, number, number, number];
  const plain =
    kh === 1 && kw === 1 && conv.activation === 'none' && (conv.pad === 'same' || conv.pad === 'valid');
  if (!plain || conv.strides[0] !== 1 || conv.strides[1] !== 1) return undefined;
  const ones: (readonly [row: number, column: number])[] = [];
  for (const [at, value] of kernel.values.entries()) {
    if (value === 1) ones.push([Math.floor(at / outs), at % outs]);
    else if (value !== 0) return undefined;
  }
  const once = (axis: 0 | 1): boolean => new Set(ones.map((one) => one[axis])).size === ones.length;
  if (!once(0) || !once(1)) return undefined;
  if (ones.length === ins && ins < outs) {
    const positions = ones.map(([, column]) => column);
    const ascending = positions.every((position, i) => i === 0 || position > (positions[i - 1] as number));
    const fill = Array.from({ length: outs }, (_, c) => bias?.values[c] ?? 0);
    if (!ascending || positions.some((position) => fill[position] !== 0)) return undefined;
    return [{ name, op: 'scatter', inputs: [x], attrs: { size: outs, positions, fill } }];
  }
  if (ones.length !== outs || bias !== undefined) return undefined;
  const order = [...ones].sort((a, b) => a[1] - b[1]).map(([row]) => row);
  const indices = `${name}/indices`;
  return [
    { name: indices, op: 'const', inputs: [], attrs: { tensor: int32Tensor([outs], order) } },
    { name, op: 'gather', inputs: [x, indices], attrs: { axis: 3 } },
  ];
}
