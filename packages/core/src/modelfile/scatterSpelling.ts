// Knows how a scatter is spelled in a GraphModel: a 1 × 1 convolution (or a matmul) with one 1 in each row of its kernel.
//
// tfjs's own way would be PadV2 and GatherV2, but its wasm Gather along the last axis takes six times as long as
// the convolution before it; the selecting product is exact as well (1 · x + 0 · y) and costs a fraction of it.
import type { OpAttrs } from '../graph/graph.ts';
import { float32Tensor, type HostTensor } from '../tensor/hostTensor.ts';

/** The selecting kernel `[1, 1, k, size]`, or `[k, size]` for rank 2. */
export function scatterKernel(attrs: OpAttrs['scatter'], spatial: boolean): HostTensor {
  const { positions, size } = attrs;
  const values = new Float32Array(positions.length * size);
  for (const [i, position] of positions.entries()) values[i * size + position] = 1;
  return float32Tensor(spatial ? [1, 1, positions.length, size] : [positions.length, size], values);
}

/** The scatter that a convolution spells, or undefined when it is one that computes. */
export function asScatter(
  conv: Pick<OpAttrs['conv2d'], 'strides' | 'activation' | 'pad'>,
  kernel: HostTensor,
  bias: HostTensor | undefined,
): OpAttrs['scatter'] | undefined {
  const [kh, kw, narrow, size] = kernel.shape as unknown as [number, number, number, number];
  const plain =
    kh === 1 && kw === 1 && conv.activation === 'none' && (conv.pad === 'same' || conv.pad === 'valid');
  if (!plain || conv.strides[0] !== 1 || conv.strides[1] !== 1 || narrow >= size) return undefined;
  const positions: number[] = [];
  for (let i = 0; i < narrow; i++) {
    const row = kernel.values.subarray(i * size, (i + 1) * size);
    const position = row.indexOf(1);
    if (position <= (positions.at(-1) ?? -1) || row.some((value, at) => value !== (at === position ? 1 : 0)))
      return undefined;
    positions.push(position);
  }
  const fill = Array.from({ length: size }, (_, c) => bias?.values[c] ?? 0);
  return positions.some((position) => fill[position] !== 0) ? undefined : { size, positions, fill };
}
