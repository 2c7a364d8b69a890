// Knows which way to convolve should take the least time, by the costs that a bench has measured.
import { convCosts } from './convCosts.ts';
import { type ConvSize, type ConvWay, type ConvWork, convWays, convWork } from './convWork.ts';

/** The way that should be the fastest. */
export function chooseConv(size: ConvSize, costs: Readonly<Record<ConvWay, ConvWork>> = convCosts): ConvWay {
  const ways = convWays(size).map((way) => [way, convCost(convWork(size, way), costs[way])] as const);
  return ways.reduce((best, each) => (each[1] < best[1] ? each : best))[0];
}

/** What amounts of work cost together. */
export function convCost(work: ConvWork, costs: ConvWork): number {
  return (
    work.multiply * costs.multiply + work.lay * costs.lay + work.store * costs.store + work.far * costs.far
  );
}
