// Knows how measured times become a few costs: least squares of relative errors, none of them negative.
import { chooseConv, convCost } from '../src/compiled/chooseConv.ts';
import type { ConvSize, ConvWay, ConvWork } from '../src/compiled/convWork.ts';
import { convWork } from '../src/compiled/convWork.ts';

/** The times of one layer by the ways that it can go, nanoseconds. */
export interface LayerTimes {
  readonly size: ConvSize;
  readonly ns: Readonly<Partial<Record<ConvWay, number>>>;
}

const WAYS: readonly ConvWay[] = ['gemm', 'sixPoints', 'fourPoints'];
const KINDS: readonly (keyof ConvWork)[] = ['multiply', 'lay', 'store', 'far'];

/** The costs of each way, three digits. */
export function fitCosts(layers: readonly LayerTimes[]): Record<ConvWay, ConvWork> {
  return Object.fromEntries(WAYS.map((way) => [way, fitWay(layers, way)])) as Record<ConvWay, ConvWork>;
}

function fitWay(layers: readonly LayerTimes[], way: ConvWay): ConvWork {
  const rows = timesOf(layers, way).map(({ size, ns }) => {
    const work = convWork(size, way);
    return KINDS.map((kind) => work[kind] / ns);
  });
  const costs = leastSquares(rows);
  return Object.fromEntries(
    KINDS.map((kind, i) => [kind, Number((costs[i] ?? 0).toPrecision(3))]),
  ) as unknown as ConvWork;
}

/** The layers that can go a way. */
function timesOf(layers: readonly LayerTimes[], way: ConvWay): { size: ConvSize; ns: number }[] {
  return layers.flatMap(({ size, ns: { [way]: ns } }) => (ns === undefined ? [] : [{ size, ns }]));
}

/** The x ≥ 0 for which all `row · x` are as near to 1 as they can be, one coordinate after the other. */
export function leastSquares(rows: readonly (readonly number[])[]): number[] {
  const width = rows[0]?.length ?? 0;
  // Columns of about one size, so that no coordinate is slower than another.
  const scale = Array.from(
    { length: width },
    (_, j) => Math.max(...rows.map((row) => row[j] as number)) || 1,
  );
  const scaled = rows.map((row) => row.map((value, j) => value / (scale[j] as number)));
  const x = new Array<number>(width).fill(0);
  const rest = scaled.map(() => 1);
  for (let sweep = 0; sweep < 20_000; sweep++) {
    for (let j = 0; j < width; j++) {
      let along = 0;
      let norm = 0;
      scaled.forEach((row, i) => {
        along += (row[j] as number) * (rest[i] as number);
        norm += (row[j] as number) ** 2;
      });
      const next = norm === 0 ? 0 : Math.max(0, (x[j] as number) + along / norm);
      const change = next - (x[j] as number);
      x[j] = next;
      scaled.forEach((row, i) => {
        rest[i] = (rest[i] as number) - change * (row[j] as number);
      });
    }
  }
  return x.map((value, j) => value / (scale[j] as number));
}

/** What choosing by these costs loses against the fastest way: 1 where it always chooses it. */
export function regrets(
  layers: readonly LayerTimes[],
  costs: Readonly<Record<ConvWay, ConvWork>>,
): { readonly mean: number; readonly worst: number } {
  const each = layers.map(
    ({ size, ns }) => (ns[chooseConv(size, costs)] ?? Number.NaN) / Math.min(...Object.values(ns)),
  );
  return { mean: each.reduce((sum, one) => sum + one, 0) / each.length, worst: Math.max(...each) };
}

/** The typical relative error of a way's estimates. */
export function estimateError(
  layers: readonly LayerTimes[],
  costs: Readonly<Record<ConvWay, ConvWork>>,
  way: ConvWay,
): number {
  const squares = timesOf(layers, way).map(
    ({ size, ns }) => (convCost(convWork(size, way), costs[way]) / ns - 1) ** 2,
  );
  return Math.sqrt(squares.reduce((sum, one) => sum + one, 0) / squares.length);
}
