// Knows the picture of a network's shape: filters of each layer, the dense outline behind the compact fill.
import type { LayerChange } from '@asfp/core';
import { figure, missingFigure } from './figure.ts';
import { element, type Markup } from './html.ts';
import { exact, percent, short } from './numbers.ts';
import type { ReportParts } from './reportParts.ts';
import { chart, label, line, rect } from './svg.ts';

const title = 'Filters kept by layer';
const nameShare = 0.43;
const countShare = 0.19;

/** The figure; says so when nothing was compacted. */
export function filtersChart({ compactReport }: ReportParts): Markup {
  if (compactReport === undefined) return missingFigure(title);
  const { layers } = compactReport;
  return figure({
    title,
    note: 'Outline: the dense network. Fill: what is left of it.',
    chart: drawing(layers),
    table: {
      caption: 'Filters and multiply-adds of each layer',
      columns: ['Layer', 'Kind', 'Filters before', 'After', 'Multiply-adds before', 'After'],
      words: [1],
      rows: layers.map((layer) => [
        layer.name,
        layer.op,
        exact(layer.filtersBefore),
        exact(layer.filtersAfter),
        exact(layer.macsBefore),
        exact(layer.macsAfter),
      ]),
    },
  });
}

function drawing(layers: readonly LayerChange[]): Markup {
  const widest = Math.max(...layers.map(({ filtersBefore }) => filtersBefore), 1);
  // Deep networks get thin rows, of which some are named.
  const row = Math.max(6, Math.min(22, Math.floor(720 / Math.max(1, layers.length))));
  const nameEvery = Math.ceil(15 / row);
  const bar = Math.max(4, row - 8);
  const scale = (1 - nameShare - countShare) / widest;
  const height = layers.length * row + 8;
  return chart(
    height,
    `Filters of ${layers.length} layers, before and after: ${layers.map((layer) => `${layer.name} ${layer.filtersBefore} and ${layer.filtersAfter}`).join(', ')}.`,
    layers.map((layer, i) => {
      const y = 4 + i * row;
      const middle = y + row / 2 + 4;
      const hover = element('title', {}, tooltip(layer));
      return element(
        'g',
        {},
        hover,
        i % nameEvery === 0
          ? [
              label(0, middle, shortened(layer.name), { class: 'quiet' }),
              label(1, middle, `${layer.filtersBefore} → ${layer.filtersAfter}`, { 'text-anchor': 'end' }),
            ]
          : undefined,
        rect(nameShare, y + (row - bar) / 2, layer.filtersBefore * scale, bar, { class: 'dense-outline' }),
        rect(nameShare, y + (row - bar) / 2, layer.filtersAfter * scale, bar, { class: 'compact-fill' }),
      );
    }),
    line(nameShare, 0, nameShare, height, { class: 'axis' }),
  );
}

function tooltip({ name, filtersBefore, filtersAfter, macsBefore, macsAfter }: LayerChange): string {
  const kept = filtersBefore === 0 ? '' : ` (${percent(filtersAfter / filtersBefore, 0)} kept)`;
  return `${name}: ${filtersBefore} → ${filtersAfter} filters${kept}, ${short(macsBefore)} → ${short(macsAfter)} multiply-adds`;
}

/** Long names lose their middle: what tells layers apart stands at both ends. */
function shortened(name: string, most = 20): string {
  return name.length <= most ? name : `${name.slice(0, 7)}…${name.slice(name.length - (most - 8))}`;
}
