// Knows where the name of a line fits: near one of its points and clear of every other line and name.
import { letterPx, narrowestPx } from './svg.ts';

/** A line and its name; points are `[share of the width, pixels]`, x ascending. */
export interface NamedLine {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

/** Where a name goes: the anchor's place, and which end of the text is there. */
export interface PlacedLabel {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const letterHeight = 12;
/** From a point to the base of its label, pixels: above, below, and one line further each, clear of the nearer one. */
const offsets = [-9, 18, -25, 34];

/**
 * A place for the name of each line, judged at the narrowest width; the last points are preferred when all is equal. Lines with
 * few points choose first: they have nowhere else to go.
 */
export function placeLabels(lines: readonly NamedLine[], top: number, bottom: number): PlacedLabel[] {
  const taken: Box[] = [];
  const placed = new Map<NamedLine, PlacedLabel>();
  const place = ({ name, points }: NamedLine): PlacedLabel => {
    let best: { readonly label: PlacedLabel; readonly box: Box; readonly cost: number } | undefined;
    for (const [x, y] of points) {
      for (const [step, offset] of offsets.entries()) {
        for (const [turn, anchor] of anchorsAt(x).entries()) {
          const label: PlacedLabel = { x, y: y + offset, anchor };
          const box = boxOf(label, name);
          if (box.top < top || box.bottom > bottom || box.left < 0 || box.right > narrowestPx) continue;
          const crossed = lines.reduce((sum, line) => sum + crossing(box, line.points), 0);
          const covered = taken.filter((other) => overlap(box, other)).length;
          const cost = crossed * 10 + covered * 1000 + step + turn - x;
          if (best === undefined || cost < best.cost) best = { label, box, cost };
        }
      }
    }
    if (best === undefined) {
      const [x, y] = points.at(-1) ?? [1, top];
      return { x, y: Math.max(top + letterHeight, y - 9), anchor: anchorsAt(x)[0] };
    }
    taken.push(best.box);
    return best.label;
  };
  for (const line of lines.toSorted((a, b) => a.points.length - b.points.length))
    placed.set(line, place(line));
  return lines.map((line) => placed.get(line) as PlacedLabel);
}

/** The anchors to try at a place, the natural one first. */
function anchorsAt(x: number): readonly [PlacedLabel['anchor'], ...PlacedLabel['anchor'][]] {
  if (x > 0.7) return ['end', 'middle', 'start'];
  return x < 0.3 ? ['start', 'middle'] : ['middle', 'start', 'end'];
}

function boxOf({ x, y, anchor }: PlacedLabel, name: string): Box {
  const width = name.length * letterPx;
  const left = x * narrowestPx - { start: 0, middle: width / 2, end: width }[anchor];
  return { left, right: left + width, top: y - letterHeight, bottom: y + 4 };
}

/** How many pixels of the line's width run through the box, or within two pixels of it. */
function crossing(box: Box, points: readonly (readonly [number, number])[]): number {
  let inside = 0;
  for (let at = Math.max(0, box.left); at <= box.right; at += 2) {
    const y = heightAt(points, at / narrowestPx);
    if (y !== undefined && y > box.top - 2 && y < box.bottom + 2) inside += 2;
  }
  return inside;
}

function heightAt(points: readonly (readonly [number, number])[], x: number): number | undefined {
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1] ?? [0, 0];
    const [x1, y1] = points[i] ?? [0, 0];
    if (x >= x0 && x <= x1) return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0 || 1);
  }
  return undefined;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
