// Knows the command `asfp evaluate`.
import { type DatasetName, evaluateModel } from '@asfp/trainer';
import { type Command, defineCommand } from '../command.ts';
import { count, percent } from '../terminal/table.ts';
import { dataOptions } from './trainOptions.ts';

/** Measures a model on the test images of a data set. */
export const evaluate: Command = defineCommand({
  name: 'evaluate',
  summary: 'Accuracy and loss of a model, of either tfjs format, on the test images of a data set.',
  words: [{ name: 'MODEL', summary: 'a model.json, or the folder of one' }],
  options: {
    ...dataOptions,
    'eval-limit': { type: 'number', summary: 'test images at most', otherwise: 'all' },
  },
  run: async ({ options, words, terminal, signal }) => {
    const result = await evaluateModel({
      model: words[0] as string,
      dataset: options.dataset as DatasetName | 'auto' | undefined,
      data: options.data,
      seed: options.seed,
      evalLimit: options['eval-limit'],
      backend: options.backend as 'auto' | undefined,
      signal,
      note: terminal.log,
    });
    terminal.result(
      `accuracy ${percent(result.accuracy)}  loss ${result.loss.toFixed(4)}  on ${count(result.count)} images`,
      result,
    );
    return true;
  },
});
