// Knows how the proof of equality is told in words, and which zero filters had to stay.
import type { ProofRun } from '@asfp/core';
import { dataTable } from './figure.ts';
import { html, type Markup } from './html.ts';
import { exact, notMeasured, percent, power } from './numbers.ts';
import type { ReportParts } from './reportParts.ts';

/** The proof; says so when there is none. */
export function proofSection({ compactReport }: ReportParts): Markup {
  if (compactReport === undefined) return html`<p class="missing">The proof was ${notMeasured}.</p>`;
  const { proof } = compactReport;
  const { inputs, maxAbsError, maxRelError, argmaxAgreement, tolerance, passed } = proof;
  return html`<p class="${passed ? 'verdict' : 'verdict alarm'}">${
    passed
      ? 'The compact model computes the same as the dense one with its pruned filters at zero.'
      : 'The compact model does not compute the same as the dense one with its pruned filters at zero.'
  }</p>
<p>Both ran on the same ${exact(inputs)} inputs. Their outputs differ by at most ${power(maxAbsError)}; measured against the largest output that is ${power(maxRelError)}, ${maxRelError <= tolerance ? 'within' : 'over'} the tolerance of ${power(tolerance)}. ${agreement(argmaxAgreement)}</p>
${runsTable(proof.runs ?? [])}${notRunList(proof.notRun ?? [])}
`;
}

/** Each run of both models: who ran what, and how far apart they were. */
function runsTable(runs: readonly ProofRun[]): Markup | undefined {
  if (runs.length === 0) return undefined;
  return dataTable({
    caption: 'Runs on seeded inputs',
    columns: ['Run by', 'Case', 'Images', 'Input', 'Seed', 'Largest error', 'Allowed', 'In output'],
    words: [1, 2, 3, 7],
    rows: runs.map((run) => [
      run.runner,
      run.case,
      `${run.images.length}: ${[...new Set(run.images)].join(', ')}`,
      Object.values(run.shapes)
        .map((shape) => shape.join(' × '))
        .join('; '),
      exact(run.seed),
      power(run.maxRelError),
      power(run.tolerance),
      run.where,
    ]),
  });
}

function notRunList(notRun: readonly string[]): Markup | undefined {
  if (notRun.length === 0) return undefined;
  return html`<p>Not run:</p><ul>${notRun.map((what) => html`<li>${what}</li>\n`)}</ul>`;
}

/** Layers in which zero filters stayed, each with its reason; says so when there are none. */
export function keptSection({ compactReport }: ReportParts): Markup {
  if (compactReport === undefined) return html`<p class="missing">Kept filters were ${notMeasured}.</p>`;
  const kept = compactReport.layers.filter((layer) => layer.kept !== undefined);
  if (kept.length === 0) return html`<p>No zero filter had to stay.</p>`;
  return html`<ul>${kept.map(
    ({ name, kept: reason, filtersAfter }) =>
      html`<li><code>${name}</code>, ${exact(filtersAfter)} filters left, zero ones among them: ${reason}</li>\n`,
  )}</ul>`;
}

/** The passes in order, and what each changed. */
export function passesSection({ compactReport }: ReportParts): Markup {
  if (compactReport === undefined) return html`<p class="missing">Passes were ${notMeasured}.</p>`;
  return html`<ol class="passes">${compactReport.passes.map(
    ({ name, changed, notes }) =>
      html`<li><code>${name}</code> ${changed ? undefined : html`<span class="quiet">found nothing to change</span>`}${
        notes.length === 0 ? undefined : html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`
      }</li>\n`,
  )}</ol>`;
}

function agreement(share: number): string {
  return share === 1
    ? 'They chose the same class for every input.'
    : // 99.996 % must not read as 100 %.
      `They chose the same class for ${percent(Math.floor(share * 1e5) / 1e5, 3)} of the inputs.`;
}
