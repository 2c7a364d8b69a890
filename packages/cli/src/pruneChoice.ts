// Knows how `--rate`, `--criterion`, `--threshold` and `--seed` choose filters in a model that has no zeros.
import {
  AsfpError,
  type CriterionName,
  checkRate,
  type FilterPlan,
  type Graph,
  type Pruning,
  ratePlan,
  thresholdPlan,
  weightCriteria,
} from '@asfp/core';
import type { OptionTable } from './options.ts';

/** The options that choose filters. */
export const pruneOptions = {
  rate: {
    type: 'number',
    summary: 'remove this share of the filters of each convolution, the weakest; the answers change',
    otherwise: 'only what changes nothing',
  },
  criterion: {
    type: 'text',
    choices: weightCriteria,
    summary:
      'what makes a filter weak, for --rate: fpgm is the distance to all others, bn-scale |gamma| behind',
    otherwise: 'l2',
  },
  threshold: {
    type: 'number',
    hint: 'T',
    summary:
      'filters whose L2 norm is at most T times the largest of their layer count as zero; the answers change',
    otherwise: 'only exact zeros',
  },
  seed: { type: 'number', summary: 'the chance of --criterion random', otherwise: '1' },
} as const satisfies OptionTable;

/** How filters are chosen. */
export type PruneChoice = Pick<Pruning, 'by' | 'value' | 'criterion'> & { readonly seed: number };

/** The choice that options make; undefined where nothing is chosen. Throws AsfpError `usage` or `rate-range` where they do not fit together. */
export function pruneChoice(options: {
  readonly rate: number | undefined;
  readonly criterion: string | undefined;
  readonly threshold: number | undefined;
  readonly seed: number | undefined;
}): PruneChoice | undefined {
  const { rate, criterion, threshold, seed = 1 } = options;
  if (rate !== undefined && threshold !== undefined)
    throw usage('--threshold', 'either --rate or --threshold', 'both');
  if (criterion !== undefined && rate === undefined)
    throw usage('--criterion', '--rate beside it', 'none', 'Give the share to prune, such as --rate 0.4');
  if (!Number.isInteger(seed)) throw usage('--seed', 'a whole number', String(seed));
  if (rate !== undefined) {
    checkRate(rate, '--rate');
    return { by: 'rate', value: rate, criterion: (criterion ?? 'l2') as CriterionName, seed };
  }
  if (threshold === undefined) return undefined;
  if (!(threshold >= 0 && threshold < 1))
    throw usage('--threshold', 'a share of the largest norm in [0, 1)', String(threshold));
  return { by: 'threshold', value: threshold, criterion: 'l2', seed };
}

/** The filters that a choice means in one graph. */
export function planOf(choice: PruneChoice, graph: Graph): FilterPlan {
  if (choice.by === 'threshold') return thresholdPlan(graph, choice.value);
  return ratePlan(graph, { rate: choice.value, criterion: choice.criterion, seed: choice.seed });
}

function usage(where: string, expected: string, found: string, cure?: string): AsfpError {
  return new AsfpError({ code: 'usage', where, expected, found, ...(cure === undefined ? {} : { cure }) });
}
