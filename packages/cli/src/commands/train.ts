// Knows the command `asfp train`.
import { train } from '@asfp/trainer';
import { type Command, defineCommand } from '../command.ts';
import { percent } from '../terminal/table.ts';
import { showTraining } from './showTraining.ts';
import { runFolderName, runOptionTable, trainOptions, trainOptionTable } from './trainOptions.ts';

/** Trains a network and writes its run folder. */
export const trainCommand: Command = defineCommand({
  name: 'train',
  summary:
    'Trains with soft filter pruning: after every epoch the weakest filters are zeroed, and go on learning.',
  words: [],
  options: { ...trainOptionTable, ...runOptionTable },
  run: async ({ options, terminal, signal }) => {
    const out = runFolderName(options.out, options.model, new Date());
    const end = await train(trainOptions(options), {
      out,
      resume: options.resume,
      signal,
      note: terminal.log,
      tensorBoard: options.tensorboard,
      onEvent: showTraining(terminal),
    });
    terminal.result(`${out}/dense/model.json  ${percent(end.accuracy)}`, {
      out,
      model: `${out}/dense/model.json`,
      end,
    });
    return true;
  },
});
