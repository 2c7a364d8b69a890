// Knows how much of the saved multiply-adds can become saved time at best, as far as a network's own layers tell.
import { convCost } from '../src/compiled/chooseConv.ts';
import { convCosts } from '../src/compiled/convCosts.ts';
import { type ConvSize, type ConvWay, type ConvWork, convWork } from '../src/compiled/convWork.ts';
import type { LayerTime, NetTimes } from './layerTimes.ts';

/** Time saved over multiply-adds saved, 1 where all of the saving becomes time. */
export interface SavingBounds {
  /** Share of multiply-adds that pruning saves. */
  readonly macsSaved: number;
  /** As measured, layer by layer. */
  readonly measured: number;
  /** If each layer took the share of its dense time that it has of its dense multiply-adds, and all else took what it takes. */
  readonly byMacs: number;
  /**
   * If each layer's work of each kind went down as channels do, products by both sides of a kernel, what is laid out or stored by
   * one side, and no width were filled up to whole vectors.
   */
  readonly byWork: number;
  /** The same with widths filled up to vectors of four, as they are. */
  readonly byFilledWork: number;
}

/** The bounds of a pruned network; throws where it lacks a layer of the dense one. */
export function savingBounds(dense: NetTimes, pruned: NetTimes): SavingBounds {
  const after = new Map(pruned.layers.map((layer) => [layer.name, layer]));
  const pairs = dense.layers.map((before): readonly [LayerTime, LayerTime] => {
    const left = after.get(before.name);
    if (left === undefined) throw new Error(`internal: ${before.name} is in the dense network alone`);
    return [before, left];
  });
  const sum = (of: (pair: readonly [LayerTime, LayerTime]) => number): number =>
    pairs.reduce((total, pair) => total + of(pair), 0);
  const macsSaved = 1 - sum(([, left]) => left.macs) / sum(([before]) => before.macs);
  const whole = sum(([before]) => before.ns) + dense.otherNs;
  const kept = (ns: number): number => (1 - (ns + pruned.otherNs) / whole) / macsSaved;
  return {
    macsSaved,
    measured: kept(sum(([, left]) => left.ns)),
    byMacs: kept(sum(([before, left]) => (before.ns * left.macs) / before.macs)),
    byWork: kept(sum(([before, left]) => before.ns * workShare(before, left, workUnfilled))),
    byFilledWork: kept(sum(([before, left]) => before.ns * workShare(before, left, convWork))),
  };
}

/** The share of its dense work, as the fitted costs weigh it, that a layer keeps. */
function workShare(before: LayerTime, left: LayerTime, work: typeof convWork): number {
  if (before.conv === undefined || left.conv === undefined) return left.macs / before.macs;
  const cost = ({ size, way }: NonNullable<LayerTime['conv']>): number =>
    convCost(work(size, way), convCosts[way]);
  return cost(left.conv) / cost(before.conv);
}

/** The work of a convolution whose widths need no filling: four times as wide, they are whole vectors. */
export function workUnfilled(size: ConvSize, way: ConvWay): ConvWork {
  const wide = convWork({ ...size, channels: 4 * size.channels, cols: 4 * size.cols }, way);
  const { far } = convWork(size, way);
  return { multiply: wide.multiply / 16, lay: wide.lay / 4, store: wide.store / 4, far };
}
