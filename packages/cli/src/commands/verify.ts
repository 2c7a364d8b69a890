// Knows the command `asfp verify`.
import { type BackendRequest, type DatasetName, loadDataset } from '@asfp/trainer';
import { type Command, defineCommand } from '../command.ts';
import { verificationText, verifyModels } from '../verifyModels.ts';
import { dataOptions, sizeOptions } from './trainOptions.ts';

/** Compares two models; the answer no is exit code 1. */
export const verify: Command = defineCommand({
  name: 'verify',
  summary:
    'Runs two models on the same inputs: the plain interpreter and tfjs on seeded ones, tfjs on all test pictures when --dataset is given.',
  words: [
    { name: 'A', summary: 'a model.json, or the folder of one' },
    { name: 'B', summary: 'the model to compare it with' },
  ],
  options: {
    ...dataOptions,
    ...sizeOptions,
    dataset: {
      ...dataOptions.dataset,
      summary: 'compare on its test pictures too',
      otherwise: 'seeded inputs only',
    },
    limit: { type: 'number', summary: 'test pictures at most', otherwise: 'all' },
  },
  run: async ({ options, words, terminal, signal }) => {
    const dataset =
      options.dataset === undefined
        ? undefined
        : await loadDataset({
            dataset: options.dataset as DatasetName,
            data: options.data,
            imageSize: options['image-size'],
            seed: options.seed,
            note: terminal.log,
          });
    const result = await verifyModels(words[0] as string, words[1] as string, {
      dataset,
      limit: options.limit,
      backend: options.backend as BackendRequest | undefined,
      signal,
    });
    terminal.result(verificationText(result), result);
    return result.passed;
  },
});
