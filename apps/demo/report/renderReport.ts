// Knows the order of the report: the answer, the figures, the pictures, the proof, then where it was measured and how.
import { html } from './html.ts';
import type { ReportParts } from './reportParts.ts';
import { resultSentence } from './resultSentence.ts';
import { tokens } from './tokens.ts';

/** report.html: one document without scripts that loads nothing. */
export function renderReport(parts: ReportParts): string {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8" /><title>${resultSentence(parts)}</title><style>${{ markup: tokens }}</style></head>
<body><h1>${resultSentence(parts)}</h1></body>
</html>
`.markup;
}
