// Knows the shape of a network before and after: filters by layer, the dense outline behind what is left.
import type { CompactReport, LayerChange } from '@asfp/core';
import { percent, short } from '../../report/numbers.ts';
import { element } from './element.ts';

/** A table with a bar for each layer; says so where nothing is known. */
export function filtersTable(report: CompactReport | null): HTMLElement {
  if (report === null || report.layers.length === 0) {
    return element(
      'p',
      { class: 'quiet' },
      'Not known for these networks: no compact-report.json lies beside them.',
    );
  }
  const widest = Math.max(...report.layers.map(({ filtersBefore }) => filtersBefore), 1);
  const heading = (text: string): HTMLElement => element('th', { scope: 'col' }, text);
  return element(
    'table',
    { class: 'filters' },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        heading('Layer'),
        element('td', { 'aria-hidden': 'true' }),
        heading('Filters'),
        heading('Multiply-adds'),
      ),
    ),
    element('tbody', {}, ...report.layers.map((layer) => row(layer, widest))),
  );
}

function row(layer: LayerChange, widest: number): HTMLElement {
  const { name, filtersBefore, filtersAfter, macsBefore, macsAfter, kept } = layer;
  const bar = element('span', { class: 'layer-bar' });
  bar.style.setProperty('--before', percent(filtersBefore / widest).replace(/\s/g, ''));
  bar.style.setProperty('--after', percent(filtersAfter / widest).replace(/\s/g, ''));
  return element(
    'tr',
    { title: kept ?? null },
    element('th', { scope: 'row' }, name),
    element('td', { 'aria-hidden': 'true', class: 'bar-cell' }, bar),
    element('td', {}, change(filtersBefore, filtersAfter)),
    element('td', { class: 'wide' }, change(macsBefore, macsAfter)),
  );
}

function change(before: number, after: number): string {
  return before === after ? short(before) : `${short(before)} → ${short(after)}`;
}
