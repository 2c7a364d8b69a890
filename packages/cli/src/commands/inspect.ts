// Knows the command `asfp inspect`.
import { costTable, printGraph, showShape } from '@asfp/core';
import { type Command, defineCommand } from '../command.ts';
import { openGraph } from '../compactModel.ts';
import { count, size, textTable } from '../terminal/table.ts';

/** Shows the layers of a model. */
export const inspect: Command = defineCommand({
  name: 'inspect',
  summary: 'Shows each layer of a model: shape, filters, zero filters, multiply-adds, parameters.',
  words: [{ name: 'MODEL', summary: 'a model.json of either tfjs format, or the folder of one' }],
  options: { text: { type: 'flag', summary: 'print the whole graph instead' } },
  run: async ({ options, words, terminal }) => {
    const { source, graph } = await openGraph(words[0] as string);
    const table = costTable(graph);
    if (options.text) {
      const text = printGraph(graph);
      terminal.result(text, { text });
      return true;
    }
    const rows = table.layers.map((layer) => [
      layer.name,
      layer.op,
      showShape(layer.shape),
      count(layer.filters),
      count(layer.zeroFilters),
      count(layer.macs),
      count(layer.params),
    ]);
    const zero = table.layers.reduce((sum, layer) => sum + layer.zeroFilters, 0);
    const filters = table.layers.reduce((sum, layer) => sum + layer.filters, 0);
    const head = ['layer', 'op', 'result', 'filters', 'zero', 'multiply-adds', 'parameters'];
    const total = ['total', '', '', count(filters), count(zero), count(table.macs), count(table.params)];
    const text = `${source.file} (${source.format})\n\n${textTable([head, ...rows, total])}\n\nweights ${size(source.bytes)}`;
    terminal.result(text, { file: source.file, format: source.format, bytes: source.bytes, ...table });
    return true;
  },
});
