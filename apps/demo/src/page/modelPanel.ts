// Knows one of the two networks as people see it: loading, failed, ready, its answer and its time.

import type { FetchProgress, LabelScore, SessionInfo } from '@asfp/edge-runtime';
import {
  bytes as byteText,
  short as countText,
  ms as millisecondText,
  percent as percentText,
  msInterval as spreadText,
} from '../../report/numbers.ts';
import { type Child, element } from './element.ts';
import { sampleStrip } from './sampleStrip.ts';

/** Which network: the colour and the words follow. */
export type Side = 'dense' | 'compact';

/** Times of one network on the current picture, milliseconds. */
export interface PanelTimes {
  readonly samplesMs: readonly number[];
  readonly medianMs: number;
  /** 5 % and 95 % of the samples. */
  readonly range: readonly [number, number];
  /** Right end of the scale that both panels share. */
  readonly end: number;
  readonly softwareGl: boolean;
}

/** A panel and the ways to change what it shows. */
export interface ModelPanel {
  readonly root: HTMLElement;
  /** Nothing runs on this side, and why. */
  empty(why: string): void;
  loading(progress: FetchProgress | null): void;
  failed(message: string, retry: () => void): void;
  /** Open; `name` is the file of a model of the visitor's own. */
  ready(info: SessionInfo, name: string | null): void;
  answer(top: readonly LabelScore[]): void;
  /** Null while it is being measured. */
  times(times: PanelTimes | null): void;
}

const TITLES: Readonly<Record<Side, string>> = { dense: 'Dense', compact: 'Compact' };

/** A panel that waits; `brought` is told of the files of a model that was picked for it. */
export function modelPanel(side: Side, brought: (files: File[]) => void): ModelPanel {
  const facts = element('p', { class: 'facts' });
  const time = element('div', { class: 'time' });
  const body = element('div', { class: 'body' });
  const input = element('input', {
    type: 'file',
    id: `${side}-files`,
    accept: '.json,.bin',
    multiple: true,
    class: 'visually-hidden',
    onChange: () => {
      const files = [...(input.files ?? [])];
      input.value = '';
      if (files.length > 0) brought(files);
    },
  });
  const root = element(
    'section',
    { class: `model ${side}`, 'aria-labelledby': `${side}-title` },
    element('header', {}, element('h2', { id: `${side}-title` }, TITLES[side]), facts),
    time,
    body,
    element(
      'div',
      { class: 'own' },
      input,
      element('label', { for: `${side}-files`, class: 'link' }, 'Open a model of your own here'),
    ),
  );
  const show = (state: string, ...children: readonly Child[]): void => {
    root.dataset['state'] = state;
    body.replaceChildren(...children.filter((child) => typeof child === 'object' && child !== null));
    if (state !== 'ready') time.replaceChildren();
  };

  return {
    root,
    empty: (why) => {
      facts.textContent = '';
      show('empty', element('p', { class: 'quiet' }, why));
    },
    loading: (progress) => {
      facts.textContent = '';
      show('loading', ...progressParts(progress, TITLES[side]));
    },
    failed: (message, retry) => {
      facts.textContent = '';
      show(
        'failed',
        element('p', { class: 'alarm', role: 'alert' }, message),
        element('button', { type: 'button', onClick: retry }, 'Try again'),
      );
    },
    ready: (info, name) => {
      facts.replaceChildren(...factParts(info, name));
      show('ready', element('p', { class: 'quiet' }, 'Waiting for a picture.'));
    },
    answer: (top) => show('ready', answerList(top)),
    times: (times) => time.replaceChildren(...timeParts(times)),
  };
}

function progressParts(progress: FetchProgress | null, title: string): HTMLElement[] {
  const { loadedBytes = 0, totalBytes = null } = progress ?? {};
  const text =
    progress === null
      ? 'Starting the engine'
      : totalBytes === null
        ? `${byteText(loadedBytes)} loaded`
        : `${byteText(loadedBytes)} of ${byteText(totalBytes)}`;
  const share = totalBytes === null ? {} : { value: loadedBytes, max: totalBytes };
  return [
    element('progress', { ...share, 'aria-label': `Loading the ${title.toLowerCase()} network` }),
    element('p', { class: 'quiet' }, text),
  ];
}

function factParts({ bytes, card }: SessionInfo, name: string | null): HTMLElement[] {
  const macs = card?.cost?.macs;
  const facts = [
    ...(name === null ? [] : [name]),
    byteText(bytes),
    ...(macs === undefined ? [] : [`${countText(macs)} multiply-adds`]),
    // Without a card nobody knows how the pictures were prepared in training.
    ...(card === null ? ['no model card: pixels from 0 to 1, classes by number'] : []),
  ];
  return facts.map((fact) => element('span', {}, fact));
}

function answerList(top: readonly LabelScore[]): HTMLElement {
  return element(
    'ol',
    { class: 'answer' },
    ...top.map(({ label, probability }) => {
      const bar = element('span', { class: 'bar', 'aria-hidden': 'true' });
      bar.style.setProperty('--share', `${(100 * probability).toFixed(2)}%`);
      return element(
        'li',
        {},
        element('span', { class: 'label' }, label),
        element('span', { class: 'number' }, percentText(probability)),
        bar,
      );
    }),
  );
}

function timeParts(times: PanelTimes | null): HTMLElement[] {
  if (times === null) return [element('p', { class: 'quiet' }, 'Measuring')];
  const { samplesMs, medianMs, range, end, softwareGl } = times;
  const figure = element('p', { class: 'figure' }, millisecondText(medianMs));
  const beyond = samplesMs.filter((ms) => ms > end).length;
  const strip = element('div', {});
  strip.append(sampleStrip(samplesMs, medianMs, end));
  return [
    figure,
    strip,
    element(
      'p',
      { class: 'quiet' },
      `Median of ${samplesMs.length} runs; 90 % took ${spreadText(range)}`,
      beyond > 0 && `; ${beyond} lie beyond this scale`,
      softwareGl && '; on software GL',
    ),
  ];
}
