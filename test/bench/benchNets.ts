// Knows which networks the bench measures, and into which parts it falls: one page each.
import { AsfpError } from '@asfp/core';

/** The networks: side of their pictures, and classes. */
export const benchNets = {
  resnet20: { size: 32, classes: 10 },
  resnet56: { size: 32, classes: 10 },
  resnet18: { size: 224, classes: 1000 },
  resnet50: { size: 224, classes: 1000 },
  'mobilenet-v1': { size: 224, classes: 1000 },
  'mobilenet-v2': { size: 224, classes: 1000 },
} as const;

/** Name of a network of the bench. */
export type BenchNet = keyof typeof benchNets;

/** How filters are chosen: in each convolution on its own, or together where they write into one stream. */
export type Coupling = 'independent' | 'grouped';

/** What one page measures: a dense network, or beside it the one that was pruned at a rate. */
export interface BenchPart {
  readonly net: BenchNet;
  /** 0 for the dense network alone. */
  readonly rate: number;
  readonly coupling: Coupling | null;
}

/** What a part is called in the report, and its folder on the disk. */
export function partKey({ net, rate, coupling }: BenchPart): string {
  return coupling === null ? `${net}/dense` : `${net}/${coupling}-${rate}`;
}

/** The parts that a choice means, rate by rate, so that a bench that is stopped has something of every network; throws AsfpError `usage` for a name or a rate that is none. */
export function partsOf(
  nets: readonly string[],
  rates: readonly number[],
  couplings: readonly string[],
): BenchPart[] {
  const known = Object.keys(benchNets);
  const lost = nets.find((net) => !known.includes(net));
  if (lost !== undefined) throw usage('--nets', `some of ${known.join(', ')}`, lost);
  const strange = couplings.find((coupling) => coupling !== 'independent' && coupling !== 'grouped');
  if (strange !== undefined) throw usage('--coupling', 'some of independent, grouped', strange);
  const wrong = rates.find((rate) => !(rate >= 0 && rate < 1));
  if (wrong !== undefined) throw usage('--rates', 'shares in [0, 1)', String(wrong));
  return rates.flatMap((rate) =>
    (rate === 0 ? [null] : (couplings as readonly Coupling[])).flatMap((coupling) =>
      (nets as readonly BenchNet[]).map((net): BenchPart => ({ net, rate, coupling })),
    ),
  );
}

function usage(where: string, expected: string, found: string): AsfpError {
  return new AsfpError({ code: 'usage', where, expected, found });
}
