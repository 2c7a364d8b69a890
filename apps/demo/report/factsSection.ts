// Knows the lists at the end of the report: where it was measured, and every setting of the run.
import { type Content, html, type Markup } from './html.ts';
import { exact, lean, notMeasured, percent, rounded } from './numbers.ts';
import type { ReportParts } from './reportParts.ts';
import { runFacts } from './runFacts.ts';

/** Where training and measuring took place. */
export function environmentSection({ events, latencyReport }: ReportParts): Markup {
  const { start, last, end } = runFacts(events);
  const training: (readonly [string, Content])[] =
    start === undefined
      ? [['Training', notMeasured]]
      : [
          ['Trained on', `${start.backend}, ${start.device}`],
          ['Data', `${start.dataset}: ${start.datasetWhy}`],
          ['Images', `${exact(start.trainImages)} for training, ${exact(start.testImages)} for testing`],
          [
            'Multiply-adds left, as the paper counts',
            end === undefined ? notMeasured : percent(end.macs.paperPruned / end.macs.paperDense),
          ],
          ['Filters that ever came back', last === undefined ? notMeasured : exact(last.everReturned)],
          ['Training took', end === undefined ? notMeasured : `${rounded(end.seconds)}\u00a0s`],
        ];
  const environment = latencyReport?.environment;
  const measuring: (readonly [string, Content])[] =
    environment === undefined
      ? [['Latency', notMeasured]]
      : [
          ['Browser', environment.userAgent],
          ['Cores', environment.cores],
          ['Cross-origin isolated', environment.crossOriginIsolated ? 'yes' : 'no'],
          ['Step of the clock', `${lean(environment.clockResolutionMs)}\u00a0ms`],
          ['WebGL renderer', environment.webglRenderer ?? 'no WebGL model was measured'],
          ['Software GL', environment.softwareGl ? 'yes: WebGL was drawn by the CPU' : 'no'],
          ...(environment.webgpuAdapter === undefined
            ? []
            : [
                [
                  'WebGPU adapter',
                  `${environment.webgpuAdapter}${environment.softwareWebgpu ? ', computed by the CPU' : ''}`,
                ] as const,
              ]),
          ['Measured on', environment.date.replace(/^(.{10})T(.{5}).*Z$/, '$1, $2\u00a0UTC')],
        ];
  return facts([...training, ...measuring]);
}

/** Every choice of the run, and what the model file says of its origin. */
export function settingsSection({ settings, card }: ReportParts): Markup {
  const chosen =
    settings === undefined
      ? html`<p class="missing">The settings of the training run were ${notMeasured}.</p>`
      : facts(
          Object.entries(settings)
            .filter(([key]) => key !== 'format')
            .map(([key, value]) => [inWords(key), written(value)]),
        );
  if (card === undefined) return chosen;
  const { height, width, channels, mean, deviation } = card.input;
  const origin = facts([
    ['Input', `${height} × ${width} × ${channels}`],
    ['Mean', mean.map((value) => lean(value)).join(', ')],
    ['Deviation', deviation.map((value) => lean(value)).join(', ')],
    ['Labels', card.labels.join(', ')],
    ...Object.entries(card.provenance ?? {}).map(([key, value]): [string, string] => [
      inWords(key),
      written(value),
    ]),
  ]);
  return html`${chosen}<h3>The model file says of itself</h3>${origin}`;
}

function facts(rows: readonly (readonly [string, Content])[]): Markup {
  return html`<dl class="facts">${rows.map(([name, value]) => html`<div${isLong(value) ? html` class="wide"` : undefined}><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>`;
}

function isLong(value: Content): boolean {
  return typeof value === 'string' && value.length > 30;
}

function written(value: unknown): string {
  if (value === null) return 'none';
  if (typeof value === 'number') return exact(value);
  if (typeof value !== 'object') return String(value);
  const parts = Array.isArray(value)
    ? value.map(String)
    : Object.entries(value).map(([key, part]) => `${key} ${written(part)}`);
  return parts.join(', ') || 'none';
}

/** `weightDecay` becomes `Weight decay`. */
function inWords(key: string): string {
  const words = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
