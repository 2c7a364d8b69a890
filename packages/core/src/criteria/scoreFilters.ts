// Knows the criteria by name: what makes one filter of a layer weaker than another.
import { assertInternal } from '../errors.ts';
import type { Rng } from '../rng.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import { geometricMedian } from './geometricMedian.ts';
import { l1Norm } from './l1Norm.ts';
import { l2Norm } from './l2Norm.ts';

/** What a criterion may look at. */
export interface ScoredLayer {
  /** `[kh, kw, in, out]`, or any shape with filters on the last axis. */
  readonly kernel: Pick<HostTensor, 'shape' | 'values'>;
  /** Gamma of the batch norm behind the layer, `[out]`; undefined where there is none. */
  readonly scale: ArrayLike<number> | undefined;
  /** What zeroing each filter would change the loss by, `[out]`, as training has measured it; undefined outside of training. */
  readonly saliency?: ArrayLike<number> | undefined;
}

type Criterion = (layer: ScoredLayer, rng: Rng) => Float64Array;

/**
 * Name of a criterion: `fpgm` is the distance to all others, `bn-scale` |gamma| of the batch norm behind (L2 where there is
 * none), `taylor` what zeroing the filter would change the loss by, to first order.
 */
export type CriterionName = 'l2' | 'l1' | 'fpgm' | 'bn-scale' | 'taylor' | 'random';

const criteria: Readonly<Record<CriterionName, Criterion>> = {
  l2: ({ kernel }) => l2Norm(kernel),
  l1: ({ kernel }) => l1Norm(kernel),
  fpgm: ({ kernel }) => geometricMedian(kernel),
  'bn-scale': ({ kernel, scale }) =>
    scale === undefined ? l2Norm(kernel) : Float64Array.from(scale, Math.abs),
  taylor: ({ saliency }) => {
    assertInternal(saliency !== undefined, 'taylor scores where nothing is trained');
    return Float64Array.from(saliency);
  },
  random: ({ kernel }, rng) => Float64Array.from({ length: kernel.shape.at(-1) ?? 0 }, () => rng.next()),
};

/** All criteria, in the order of the help. */
export const criterionNames: readonly CriterionName[] = ['l2', 'l1', 'fpgm', 'bn-scale', 'taylor', 'random'];

/** The criteria that look at weights alone, so that a model can be scored that is not being trained. */
export const weightCriteria: readonly CriterionName[] = criterionNames.filter((name) => name !== 'taylor');

/** One score a filter; the smallest go first. Only `random` uses the rng. */
export function scoreFilters(criterion: CriterionName, layer: ScoredLayer, rng: Rng): Float64Array {
  return criteria[criterion](layer, rng);
}
