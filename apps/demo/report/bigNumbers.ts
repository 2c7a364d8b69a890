// Knows the row of large numbers: accuracy, multiply-adds, weights and latency, dense → compact, with their spread.
import { type Content, html, type Markup } from './html.ts';
import { difference, headlinePairing, inWords, onSoftwareGl } from './latencyFacts.ts';
import {
  bytes,
  exact,
  fromTo,
  interval,
  ms,
  msInterval,
  notMeasured,
  percent,
  percentInterval,
  short,
} from './numbers.ts';
import type { ReportParts } from './reportParts.ts';
import { accuracyLost, runFacts, shareInterval } from './runFacts.ts';

/** One large number; `before` is left out where there is only one figure. */
interface BigNumber {
  readonly name: string;
  readonly before?: string;
  readonly after: string;
  readonly notes: readonly string[];
}

/** The row; a number that is missing says so. */
export function bigNumbers(parts: ReportParts): Markup {
  const numbers = [accuracy(parts), macs(parts), weights(parts), latency(parts)];
  return html`<section class="numbers" aria-label="Figures">${numbers.map(tile)}</section>\n`;
}

function tile({ name, before, after, notes }: BigNumber): Markup {
  const none = after === notMeasured;
  return html`<div class="tile"><h2>${name}</h2>
<p class="${none ? 'big none' : 'big'}">${beforeAndAfter(before, after)}</p>
${notes.map((note) => html`<p class="note">${note}</p>`)}</div>
`;
}

function beforeAndAfter(before: string | undefined, after: string): Content {
  if (before === undefined) return html`<span class="after">${after}</span>`;
  const [from, to] = fromTo(before, after);
  return html`<span class="before">${from}</span><span class="arrow"> <span aria-label="to">→</span> </span><span class="after">${to}</span>`;
}

function accuracy({ events, card }: ReportParts): BigNumber {
  const name = 'Accuracy';
  const facts = runFacts(events);
  const { last, end } = facts;
  if (end === undefined) {
    const recorded = card?.provenance?.['accuracy'];
    return typeof recorded === 'number'
      ? { name, after: percent(recorded), notes: ['as recorded in the model file'] }
      : { name, after: notMeasured, notes: [] };
  }
  const spread = `${exact(end.testImages)} test images; 95 % interval ${percentInterval(shareInterval(end.accuracy, end.testImages))}`;
  const before = last === undefined ? undefined : percent(last.accuracyBefore);
  if (last !== undefined && before !== undefined && accuracyLost(facts) !== undefined)
    return {
      name,
      before,
      after: percent(end.accuracy),
      notes: ['before the last prune → in the end', spread],
    };
  const notes = [spread];
  if (last !== undefined) {
    notes.push(
      `On ${exact(last.evalImages)} of them: ${before} before the last prune, ${percent(last.accuracyAfter)} after it`,
    );
  }
  return { name, after: percent(end.accuracy), notes };
}

function macs({ compactReport }: ReportParts): BigNumber {
  const name = 'Multiply-adds';
  if (compactReport === undefined) return { name, after: notMeasured, notes: [] };
  const { before, after } = compactReport;
  return {
    name,
    before: short(before.macs),
    after: short(after.macs),
    notes: [`${changeOf(before.macs, after.macs, 'fewer', 'more')}, for one image`],
  };
}

function weights({ compactReport }: ReportParts): BigNumber {
  const name = 'Weights';
  if (compactReport === undefined) return { name, after: notMeasured, notes: [] };
  const { before, after } = compactReport;
  return {
    name,
    before: bytes(before.bytes),
    after: bytes(after.bytes),
    notes: [
      changeOf(before.bytes, after.bytes, 'smaller', 'larger'),
      `${short(before.params)} → ${short(after.params)} parameters`,
    ],
  };
}

function latency({ latencyReport }: ReportParts): BigNumber {
  const name = 'Latency';
  const none = { name, after: notMeasured, notes: [] };
  if (latencyReport === undefined) return none;
  const pair = headlinePairing(latencyReport);
  if (pair !== undefined && pair.a.p50Ms !== null && pair.b.p50Ms !== null) {
    const ranges = [pair.a.ciMs, pair.b.ciMs].map((ci) => (ci === null ? notMeasured : interval(ci)));
    return {
      name,
      before: ms(pair.a.p50Ms),
      after: ms(pair.b.p50Ms),
      notes: [
        `${difference(pair).words}: ${inWords(pair.b)} against ${inWords(pair.a)}`,
        `95 % intervals of the medians ${ranges.join(' → ')} ms`,
      ],
    };
  }
  const single = latencyReport.subjects.find(
    (subject) => subject.p50Ms !== null && !onSoftwareGl(latencyReport, subject),
  );
  if (single === undefined || single.p50Ms === null || single.ciMs === null) return none;
  return {
    name,
    after: ms(single.p50Ms),
    notes: [`median; 95 % interval ${msInterval(single.ciMs)}`, inWords(single)],
  };
}

function changeOf(before: number, after: number, less: string, more: string): string {
  if (before === after || before === 0) return 'unchanged';
  return `${percent(Math.abs(before - after) / before)} ${after < before ? less : more}`;
}
