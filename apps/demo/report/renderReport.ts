// Knows the order of the report: the answer, the figures, the pictures, the proof, then where and how it was measured.
import { accuracyChart } from './accuracyChart.ts';
import { barsChart } from './barsChart.ts';
import { bigNumbers } from './bigNumbers.ts';
import { environmentSection, settingsSection } from './factsSection.ts';
import { filtersChart } from './filtersChart.ts';
import { type Content, html, type Markup } from './html.ts';
import { latencyCharts } from './latencyChart.ts';
import { picturesSection } from './picturesSection.ts';
import { keptSection, passesSection, proofSection } from './proofSection.ts';
import type { ReportParts } from './reportParts.ts';
import { resultSentence } from './resultSentence.ts';
import { returnedChart } from './returnedChart.ts';
import { style } from './style.ts';
import { tokens } from './tokens.ts';

/** report.html: one document without scripts that loads nothing; what a part that is missing would have told is `not measured`. */
export function renderReport(parts: ReportParts): string {
  const sentence = resultSentence(parts);
  const subject = subjectOf(parts);
  const pictures = picturesSection(parts);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:" />
<meta name="color-scheme" content="light dark" />
<title>${subject}</title>
<style>${{ markup: tokens + style }}</style>
</head>
<body>
<header>
<p class="kicker">${subject.split(' · ').map((part) => html`<span>${part}</span> `)}</p>
<h1>${sentence}</h1>
</header>
<main>
${bigNumbers(parts)}
${section('Latency', charts(latencyCharts(parts)))}
${section('What was removed', charts([filtersChart(parts), barsChart(parts)]))}
${section('Training', charts([accuracyChart(parts), returnedChart(parts)]))}
${pictures === undefined ? undefined : section('Test pictures', pictures)}
${section('Proof', prose([proofSection(parts), html`<h3>Zero filters that stayed</h3>`, keptSection(parts), html`<h3>Passes</h3>`, passesSection(parts)]))}
${section('Environment', environmentSection(parts))}
${section('Settings', settingsSection(parts))}
</main>
</body>
</html>
`.markup;
}

function subjectOf({ settings, card, latencyReport }: ReportParts): string {
  const model = settings?.model ?? card?.provenance?.['model'];
  const dataset = settings?.dataset ?? card?.provenance?.['dataset'];
  const named = [model, dataset].filter((each) => each !== undefined && each !== null).join(' on ');
  const day = latencyReport?.environment.date.slice(0, 10);
  return ['Soft filter pruning', named, day].filter((each) => each !== undefined && each !== '').join(' · ');
}

function section(title: string, content: Content): Markup {
  return html`<section><h2>${title}</h2>${content}</section>\n`;
}

function charts(figures: readonly Markup[]): Markup {
  return html`<div class="charts">${figures}</div>`;
}

function prose(content: Content): Markup {
  return html`<div class="prose">${content}</div>`;
}
