// Knows how a chart is drawn at any width: places across are percentages, heights and type are pixels and never scale.
import { type Attributes, type Content, element, type Markup } from './html.ts';

/** Roughly the width of a letter of chart text, pixels; on the large side, so that estimates are safe. */
export const letterPx = 7;

/** The narrowest plot that labels are placed for, pixels. */
export const narrowestPx = 310;

/** A share of the width, in [0, 1], as an attribute. */
function across(share: number): string {
  return `${trim(share * 100)}%`;
}

/** A number without digits that nobody sees. */
function trim(value: number): number {
  return Math.round(value * 100) / 100;
}

/** A chart of the given height in pixels; `label` says what it shows to those who do not see it. */
export function chart(height: number, label: string, ...content: readonly Content[]): Markup {
  return element(
    'svg',
    { class: 'chart', role: 'img', 'aria-label': label, width: '100%', height },
    ...content,
  );
}

/** A line of text; `x` is a share of the width. */
export function label(x: number, y: number, content: Content, attributes: Attributes = {}): Markup {
  return element('text', { x: across(x), y: trim(y), ...attributes }, content);
}

/** A straight line; x are shares of the width. */
export function line(x1: number, y1: number, x2: number, y2: number, attributes: Attributes): Markup {
  return element('line', { x1: across(x1), y1: trim(y1), x2: across(x2), y2: trim(y2), ...attributes });
}

/** A rectangle; `x` and `width` are shares of the width. */
export function rect(
  x: number,
  y: number,
  width: number,
  height: number,
  attributes: Attributes,
  ...content: readonly Content[]
): Markup {
  return element(
    'rect',
    { x: across(x), y: trim(y), width: across(Math.max(0, width)), height: trim(height), ...attributes },
    ...content,
  );
}

/** A dot; `x` is a share of the width. */
export function dot(
  x: number,
  y: number,
  r: number,
  attributes: Attributes,
  ...content: readonly Content[]
): Markup {
  return element('circle', { cx: across(x), cy: trim(y), r, ...attributes }, ...content);
}

/** A path through a chart of the given height; its points are `[share of the width, pixels]`. */
export function path(
  points: readonly (readonly [number, number])[],
  height: number,
  attributes: Attributes,
): Markup {
  const d = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${trim(x * 1000)} ${trim(y)}`).join('');
  return stretched(height, element('path', { d, fill: 'none', ...attributes }));
}

/** Many dots of one kind as a single path, so that thousands of samples stay a small file. */
export function dots(
  points: readonly (readonly [number, number])[],
  height: number,
  attributes: Attributes,
): Markup {
  // A line of no length with round caps is a dot.
  const d = points.map(([x, y]) => `M${trim(x * 1000)} ${trim(y)}h0`).join('');
  return stretched(height, element('path', { d, 'stroke-linecap': 'round', ...attributes }));
}

/** Paths take no percentages: they are drawn 1000 wide and stretched; the style keeps their strokes from stretching. */
function stretched(height: number, content: Markup): Markup {
  return element(
    'svg',
    { width: '100%', height, viewBox: `0 0 1000 ${height}`, preserveAspectRatio: 'none', class: 'stretched' },
    content,
  );
}
