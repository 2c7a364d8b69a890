// Knows the command `asfp inspect`.
import { type ChannelGroups, channelGroups, costTable, printGraph, showShape } from '@asfp/core';
import { type Command, defineCommand } from '../command.ts';
import { openGraph } from '../openGraph.ts';
import { count, size, textTable } from '../terminal/table.ts';

/** Shows the layers of a model. */
export const inspect: Command = defineCommand({
  name: 'inspect',
  summary: 'Shows each layer of a model: shape, filters, zero filters, multiply-adds, parameters.',
  words: [{ name: 'MODEL', summary: 'a model.json of either tfjs format, or the folder of one' }],
  options: {
    text: { type: 'flag', summary: 'print the whole graph instead' },
    groups: { type: 'flag', summary: 'show the channels that are coupled, and what needs all of them' },
  },
  run: async ({ options, words, terminal }) => {
    const { source, graph } = await openGraph(words[0] as string);
    if (options.groups) {
      const groups = channelGroups(graph);
      terminal.result(groupsText(groups), groups);
      return true;
    }
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

function groupsText({ streams, walls }: ChannelGroups): string {
  const parts = streams.map(({ channels, meets, branches }) => {
    const rows = branches.map(({ name, op, keeps }) => [name, op, `keeps ${keeps} of ${channels}`]);
    return `${channels} channels meet in ${meets.join(', ')}\n${indented([['branch', 'op', 'channels'], ...rows])}`;
  });
  const rows = walls.map(({ name, op, reason }) => [name, op, reason]);
  if (rows.length > 0)
    parts.push(`all channels stay before\n${indented([['node', 'op', 'reason'], ...rows])}`);
  return parts.join('\n\n');
}

function indented(rows: readonly (readonly string[])[]): string {
  return textTable(rows).replace(/^/gm, '  ');
}
