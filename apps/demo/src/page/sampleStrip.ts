// Knows how a handful of times is drawn: every sample a stroke, the median a longer one, on a scale that starts at 0.
import { svgElement } from './element.ts';

const WIDTH = 300;
const HEIGHT = 26;

/** A strip of samples, milliseconds; `end` is the right end of the scale, shared by strips that are compared. */
export function sampleStrip(samplesMs: readonly number[], medianMs: number, end: number): SVGElement {
  const x = (ms: number): number => (WIDTH * Math.min(ms, end)) / end;
  const strokes = samplesMs.filter((ms) => ms <= end).map((ms) => `M${x(ms).toFixed(1)} 8V22`);
  return svgElement(
    'svg',
    { class: 'strip', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svgElement('path', { class: 'axis', d: `M0 25H${WIDTH}M0.5 20V26` }),
    svgElement('path', { class: 'samples', d: strokes.join('') }),
    svgElement('path', { class: 'median', d: `M${x(medianMs).toFixed(1)} 3V26` }),
  );
}
