// Knows numbers on which engines can be tried before the page has a picture.
import { type HostTensor, type ModelCard, rngFromSeed, sizeOf } from '@asfp/core';
import type { TensorSpec } from '../engines/engine.ts';

/** Numbers that one trial may have at most. */
const MOST_NUMBERS = 2 ** 26;

/**
 * One picture's worth of seeded normal numbers for each input (zeros where it takes whole numbers); the card's size where
 * the file leaves it open. Undefined where a size is still open, or far beyond a picture's.
 */
export function sampleInputs(
  specs: readonly TensorSpec[],
  card: ModelCard | null,
): readonly HostTensor[] | undefined {
  const rng = rngFromSeed(1);
  const tensors: HostTensor[] = [];
  for (const { dtype, shape } of specs) {
    const known = shape && specs.length === 1 && shape.length === 4 ? withCard(shape, card) : shape;
    const sizes = known?.map((dim, axis) => dim ?? (axis === 0 ? 1 : null));
    if (!sizes || sizes.includes(null)) return undefined;
    const dims = sizes as number[];
    const size = sizeOf(dims);
    if (size > MOST_NUMBERS) return undefined;
    if (dtype === 'float32') {
      tensors.push({ dtype, shape: dims, values: Float32Array.from({ length: size }, () => rng.normal()) });
    } else if (dtype === 'int32') {
      tensors.push({ dtype, shape: dims, values: new Int32Array(size) });
    } else return undefined;
  }
  return tensors;
}

function withCard(shape: readonly (number | null)[], card: ModelCard | null): (number | null)[] {
  const { height = null, width = null, channels = null } = card?.input ?? {};
  const sizes = [null, height, width, channels];
  return shape.map((dim, axis) => dim ?? sizes[axis] ?? null);
}
