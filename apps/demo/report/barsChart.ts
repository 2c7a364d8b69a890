// Knows the picture of cost: multiply-adds, parameters and bytes as pairs of bars, each pair on its own scale from zero.
import { figure, missingFigure } from './figure.ts';
import { type Content, html, type Markup } from './html.ts';
import { bytes, exact, percent, short } from './numbers.ts';
import type { ReportParts } from './reportParts.ts';
import { chart, label, line, rect } from './svg.ts';

const title = 'Cost';
const pairHeight = 78;
/** Room right of the longest bar for its number. */
const barShare = 0.66;

/** The figure, with a note on scatters where there are any; says so when nothing was compacted. */
export function barsChart({ compactReport }: ReportParts): Markup {
  if (compactReport === undefined) return missingFigure(title);
  const { before, after } = compactReport;
  const pairs = [
    { name: 'Multiply-adds for one image', before: before.macs, after: after.macs, write: short },
    { name: 'Parameters', before: before.params, after: after.params, write: short },
    { name: 'Weight files', before: before.bytes, after: after.bytes, write: bytes },
  ];
  const height = pairs.length * pairHeight - 8;
  const drawing = chart(
    height,
    `Cost, dense and compact: ${pairs.map(({ name, before: a, after: b, write }) => `${name} ${write(a)} and ${write(b)}`).join('; ')}.`,
    pairs.map((pair, i) => {
      const y = i * pairHeight;
      const scale = barShare / Math.max(pair.before, pair.after, 1);
      return [
        label(0, y + 14, pair.name),
        label(1, y + 14, lessOf(pair.before, pair.after), { class: 'strong', 'text-anchor': 'end' }),
        rect(0, y + 22, pair.before * scale, 17, { class: 'dense-fill' }),
        label(pair.before * scale, y + 35, `dense ${pair.write(pair.before)}`, { class: 'dense-ink', dx: 7 }),
        rect(0, y + 42, pair.after * scale, 17, { class: 'compact-fill' }),
        label(pair.after * scale, y + 55, `compact ${pair.write(pair.after)}`, {
          class: 'compact-ink',
          dx: 7,
        }),
        line(0, y + 19, 0, y + 62, { class: 'axis' }),
      ];
    }),
  );
  return figure({
    title,
    note: 'Convolutions and dense layers; one multiply-add counts as one.',
    chart: drawing,
    below: scatterNote(compactReport.before.macs, after.macs, after.scatterMacs),
    table: {
      caption: 'Cost before and after',
      columns: ['', 'Dense', 'Compact', 'Change'],
      rows: pairs.map((pair) => [
        pair.name === 'Weight files' ? 'Weight files, bytes' : pair.name,
        exact(pair.before),
        exact(pair.after),
        lessOf(pair.before, pair.after),
      ]),
    },
  });
}

/** The change as a signed percentage. */
function lessOf(before: number, after: number): string {
  if (before === 0 || before === after) return percent(0, 0);
  return `${after > before ? '+' : ''}${percent(after / before - 1)}`;
}

function scatterNote(before: number, after: number, scatterMacs: number | undefined): Content {
  if (scatterMacs === undefined || scatterMacs === 0) return undefined;
  return html`<p class="note">Putting kept channels back in their places moves values and is not counted above. A model file can only spell it as 1 × 1 convolutions; a runtime that executes them as such does ${exact(scatterMacs)} multiply-adds more, ${short(after + scatterMacs)} in all (${lessOf(before, after + scatterMacs)} against the dense network).</p>`;
}
