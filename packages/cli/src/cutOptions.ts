// Knows the options `--constants` and `--round` of a cut.
import type { ConstantsMode, CutOptions } from '@asfp/compactor';
import { AsfpError } from '@asfp/core';
import type { OptionTable } from './options.ts';

/** The options of a cut. */
export const cutOptionTable = {
  constants: {
    type: 'text',
    choices: ['exact', 'fold', 'keep'],
    summary:
      'constants of removed channels: carried on exactly; folded into biases, which changes image borders; or such channels stay',
    otherwise: 'exact',
  },
  round: {
    type: 'number',
    hint: 'N',
    summary: 'keep a multiple of N filters in each layer, where it had so many',
    otherwise: '1',
  },
} as const satisfies OptionTable;

/** What the options say. Throws AsfpError `usage` where N is no whole number from 1 on. */
export function cutOptions(options: {
  readonly constants: string | undefined;
  readonly round: number | undefined;
}): CutOptions {
  const { constants = 'exact', round = 1 } = options;
  if (!Number.isInteger(round) || round < 1) {
    throw new AsfpError({
      code: 'usage',
      where: '--round',
      expected: 'a whole number from 1 on',
      found: String(round),
    });
  }
  return { constants: constants as ConstantsMode, multipleOf: round };
}
