// Knows how a run is summed up in one sentence that claims nothing that was not measured.
import {
  difference,
  headlinePairing,
  inWords,
  onSoftwareGl,
  ownEnginePairing,
  verdict,
} from './latencyFacts.ts';
import { exact, ms, percent, points } from './numbers.ts';
import type { ReportParts } from './reportParts.ts';
import { accuracyLost, runFacts } from './runFacts.ts';

/** The answer: `52 % fewer multiply-adds, 48 % smaller, 2.1× faster than …, 82.4 % of the … test images right.` */
export function resultSentence(parts: ReportParts): string {
  const clauses = [...costClauses(parts), ...latencyClauses(parts), ...accuracyClauses(parts)];
  const text = clauses.join(', ');
  const result =
    text === '' ? 'Nothing has been measured yet.' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  return parts.compactReport?.proof.passed === false
    ? `${result} The proof failed: the compact model does not answer as the dense one does.`
    : result;
}

function costClauses({ compactReport }: ReportParts): string[] {
  if (compactReport === undefined) return [];
  const { before, after } = compactReport;
  return [
    change(before.macs, after.macs, 'fewer multiply-adds', 'more multiply-adds', 'as many multiply-adds'),
    change(before.bytes, after.bytes, 'smaller', 'larger', 'as large'),
  ];
}

function change(before: number, after: number, less: string, more: string, same: string): string {
  if (after === before || before === 0) return same;
  const share = Math.abs(before - after) / before;
  // Whole percents, but never 0 % or 100 % for something that is neither.
  return `${percent(share, share >= 0.095 && share < 0.995 ? 0 : 1)} ${after < before ? less : more}`;
}

function latencyClauses({ latencyReport }: ReportParts): string[] {
  if (latencyReport === undefined) return [];
  const pair = headlinePairing(latencyReport);
  if (pair !== undefined) {
    const [rival, subject] = [inWords(pair.a), inWords(pair.b)];
    const { words } = difference(pair);
    // What is compact needs no name here: the whole sentence is about it.
    if (verdict(pair) === 'undecided')
      return [
        pair.b.model === 'compact' ? `${words} against ${rival}` : `${words} between ${subject} and ${rival}`,
      ];
    const own = ownEnginePairing(latencyReport);
    const more =
      own !== undefined && pair.b.engine !== 'compiled' && verdict(own) === 'faster'
        ? ` and ${difference(own).words} on the compiled engine`
        : '';
    return [
      pair.b.model === 'compact'
        ? `${words} than ${rival}${more}`
        : `${words} with ${subject} than with ${rival}`,
    ];
  }
  const single = latencyReport.subjects.find(
    (subject) => subject.p50Ms !== null && !onSoftwareGl(latencyReport, subject),
  );
  return single === undefined || single.p50Ms === null ? [] : [`${ms(single.p50Ms)} for ${inWords(single)}`];
}

function accuracyClauses({ events }: ReportParts): string[] {
  const facts = runFacts(events);
  if (facts.end === undefined) return [];
  const { accuracy, testImages } = facts.end;
  const right = `${percent(accuracy)} of the ${exact(testImages)} test images right`;
  const lost = accuracyLost(facts);
  if (lost === undefined) return [right];
  if (points(lost) === '0.0') return [right, 'as many as before the last prune'];
  return [right, `${points(lost)} points ${lost > 0 ? 'less' : 'more'} than before the last prune`];
}
