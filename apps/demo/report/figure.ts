// Knows how a chart stands on the page: a title that says what is seen, the chart, and its numbers in a table below.
import { type Content, html, type Markup } from './html.ts';
import { notMeasured } from './numbers.ts';

/** A table; the first column names the rows, columns listed in `words` hold text, all others numbers. */
export interface TableData {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Content[])[];
  /** Positions of columns with text, besides the first. */
  readonly words?: readonly number[];
}

/** The parts of a figure. */
export interface Figure {
  readonly title: string;
  /** What to know in order to read it. */
  readonly note?: Content;
  readonly chart: Markup;
  readonly below?: Content;
  readonly table: TableData;
}

/** A chart with its title, and its numbers under a disclosure. */
export function figure({ title, note, chart, below, table }: Figure): Markup {
  return html`<figure>
<figcaption><h3>${title}</h3>${note === undefined ? undefined : html`<p class="note">${note}</p>`}</figcaption>
${chart}
${below}
<details><summary>Numbers</summary>${dataTable(table)}</details>
</figure>
`;
}

/** Where a figure would stand. */
export function missingFigure(title: string, why = ''): Markup {
  const text = why === '' ? notMeasured : `${notMeasured}: ${why}`;
  return html`<figure class="missing"><figcaption><h3>${title}</h3></figcaption><p>${capital(text)}</p></figure>\n`;
}

/** A table that scrolls by itself where it is wider than the page. */
export function dataTable({ caption, columns, rows, words = [] }: TableData): Markup {
  const kind = (i: number): Content => (i === 0 || words.includes(i) ? '' : html` class="number"`);
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${columns.map((name, i) => html`<th scope="col"${kind(i)}>${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td${kind(i)}>${cell}</td>`))}</tr>\n`)}</tbody></table></div>`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
