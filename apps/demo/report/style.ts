// Knows how the report looks; colours and sizes come from the tokens that the page shares.

/** The style sheet of the report, to stand after the tokens. */
export const style: string = `
* { box-sizing: border-box; }
html { background: var(--ground); color: var(--text); -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 76rem; padding: clamp(1.25rem, 4vw, 3.5rem) clamp(1rem, 4vw, 3rem) 4rem;
  font: 400 var(--step-0)/1.5 var(--font); font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
h1, h2, h3, p, figure, dl, dd, ul, ol { margin: 0; }
p { max-width: 70ch; }
h2 { font-size: var(--step-1); line-height: 1.25; font-weight: 600; }
h3 { font-size: var(--step-0); line-height: 1.3; font-weight: 600; }
code { font: 0.9em/1.4 var(--mono); }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.quiet, .note, .missing { color: var(--quiet); }
.note { font-size: var(--step--1); line-height: 1.45; }
.alarm, .note.alarm { color: var(--alarm); }

header { display: grid; gap: 0.75rem; }
header .kicker { font-size: var(--step--1); color: var(--quiet); }
.kicker span { white-space: nowrap; }
.kicker span + span::before { content: '· '; }
h1 {
  font-size: clamp(1.375rem, 1rem + 1.7vw, var(--step-3)); line-height: 1.22; font-weight: 600;
  letter-spacing: -0.012em; max-width: 34em; text-wrap: balance;
}

.numbers {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15.5rem), 1fr));
  gap: 1.75rem 2.5rem; margin-top: 2.5rem; padding: 1.5rem 0; border-block: 1px solid var(--line);
}
.tile h2 { font-size: var(--step--1); font-weight: 600; color: var(--quiet); }
.tile .big { font-size: var(--step-2); line-height: 1.2; font-weight: 600; letter-spacing: -0.02em; margin: 0.25rem 0 0.375rem; }
.tile .big > span:not(.arrow) { white-space: nowrap; }
.tile .before, .tile .arrow { font-weight: 400; color: var(--dense-text); }
.tile .arrow { font-size: 0.8em; }
.tile .after { color: var(--compact-text); }
.tile .none .after { color: var(--quiet); font-weight: 400; }
.tile .note + .note { margin-top: 0.2rem; }

main > section { margin-top: 3.25rem; }
main > section > h2 { margin-bottom: 1.25rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 2.5rem 3.5rem; align-items: start; }
figure { min-width: 0; max-width: 46rem; break-inside: avoid; }
figcaption { margin-bottom: 0.875rem; }
figcaption .note { margin-top: 0.2rem; }
figure > .note, figure > .alarm, figure > ul { margin-top: 0.75rem; }
.missing > p { color: var(--quiet); }
ul.plain { list-style: none; padding: 0; display: grid; gap: 0.3rem; font-size: var(--step--1); line-height: 1.45; }
ul.plain b { font-weight: 600; }

.chart { display: block; overflow: visible; font-size: 12px; }
.chart text { fill: var(--text); }
.chart text.quiet, .chart tspan.quiet { fill: var(--quiet); }
.chart .strong { font-weight: 600; }
.chart .small { font-size: 11px; }
.chart .halo { paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; }
.chart text.dense-ink { fill: var(--dense-text); }
.chart text.compact-ink { fill: var(--compact-text); }
.chart text.alarm { fill: var(--alarm); }
.chart .grid { stroke: var(--line); shape-rendering: crispEdges; }
.chart .axis { stroke: var(--quiet); shape-rendering: crispEdges; }
.stretched { overflow: visible; }
.stretched path { vector-effect: non-scaling-stroke; stroke-linejoin: round; stroke-linecap: round; }
.dense-line { stroke: var(--dense); stroke-width: 2px; }
.compact-line { stroke: var(--compact); stroke-width: 2px; }
.rate-line { stroke: var(--text); stroke-width: 1px; }
.dense-fill { fill: var(--dense); }
.compact-fill { fill: var(--compact); }
.quiet-fill { fill: var(--quiet); opacity: 0.55; }
.dense-outline { fill: var(--dense-soft); stroke: var(--dense); shape-rendering: crispEdges; }
.compact-ring { fill: var(--ground); stroke: var(--compact); stroke-width: 2.5px; }
.dense-dots { stroke: var(--dense-text); stroke-width: 4px; opacity: 0.4; }
.compact-dots { stroke: var(--compact); stroke-width: 4px; opacity: 0.4; }
.dense-interval { fill: var(--dense-text); opacity: 0.4; }
.compact-interval { fill: var(--compact-text); opacity: 0.4; }
.dense-median { stroke: var(--dense-text); stroke-width: 2.5px; }
.compact-median { stroke: var(--compact-text); stroke-width: 2.5px; }

details { margin-top: 0.75rem; font-size: var(--step--1); }
summary { cursor: pointer; color: var(--quiet); width: fit-content; }
.scroll { overflow-x: auto; margin-top: 0.5rem; }
table { border-collapse: collapse; white-space: nowrap; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: 0.3rem 1rem 0.3rem 0; text-align: left; font-weight: 400; border-bottom: 1px solid var(--line); }
thead th { color: var(--quiet); }
.number { text-align: right; }

.prose { display: grid; gap: 0.75rem; }
.prose h3 { margin-top: 1rem; }
.prose .scroll { font-size: var(--step--1); }
.verdict { font-weight: 600; }
.prose ul, .prose ol { padding-left: 1.25rem; display: grid; gap: 0.3rem; max-width: 76ch; }
.passes ul { margin-top: 0.2rem; font-size: var(--step--1); color: var(--quiet); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 8.5rem), 1fr)); gap: 0.9rem 1.75rem; }
.facts .wide { grid-column: span 2; }
.facts + h3 { margin: 2rem 0 0.9rem; }
.facts > div { min-width: 0; }
.facts dt { font-size: var(--step--1); color: var(--quiet); }
.facts dd { overflow-wrap: anywhere; }
.pictures { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr)); gap: 1.25rem; }
.pictures li { display: flex; gap: 0.75rem; align-items: center; font-size: var(--step--1); }
.pictures img { width: 4.5rem; height: 4.5rem; image-rendering: pixelated; border-radius: var(--radius); background: var(--panel); }
.pictures dl { display: grid; grid-template-columns: auto 1fr; gap: 0 0.5rem; }
.pictures dt { color: var(--quiet); }
.pictures .dense { color: var(--dense-text); }
.pictures .compact { color: var(--compact-text); }

@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  .charts { grid-template-columns: 1fr 1fr; gap: 1.5rem 2rem; }
  .numbers { grid-template-columns: repeat(4, 1fr); gap: 1rem; }
  .tile .big { font-size: 14pt; }
  main > section { margin-top: 1.75rem; }
  h2, h3 { break-after: avoid; }
  details { display: none; }
}
`;
