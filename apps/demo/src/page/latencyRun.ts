// Knows the longer measurement: started and stopped by hand, its distribution drawn, its numbers in a table.
import { describeError, mean, quantile } from '@asfp/core';
import { interval, ms, times as ratioText } from '../../report/numbers.ts';
import { element } from './element.ts';
import { histogram } from './histogram.ts';
import { type NetworkTimes, sides } from './networks.ts';

/** Runs of each network, and the longest that they may take. */
const ROUNDS = 200;
const BUDGET_MS = 20_000;

/** What makes the measurement. */
export type Measure = (options: {
  readonly budgetMs: number;
  readonly maxRounds: number;
  readonly allRounds: boolean;
  readonly signal: AbortSignal;
  readonly onRound: (rounds: number) => void;
}) => Promise<NetworkTimes>;

/** The section, and the way to say whether there is something to measure; what was drawn before goes. */
export interface LatencyRun {
  readonly root: HTMLElement;
  reset(ready: boolean): void;
}

/** The section; `measured` hears the times. */
export function latencyRun(measure: Measure, measured: (times: NetworkTimes) => void): LatencyRun {
  let running: AbortController | null = null;
  const status = element('p', { class: 'quiet', role: 'status' });
  const result = element('div', { class: 'result' });
  const label = `Run each ${ROUNDS} times`;
  const button = element(
    'button',
    { type: 'button', disabled: true, onClick: () => void (running ? running.abort() : start()) },
    label,
  );

  async function start(): Promise<void> {
    const mine = new AbortController();
    running = mine;
    button.textContent = 'Stop';
    status.textContent = 'Warming up';
    try {
      const times = await measure({
        budgetMs: BUDGET_MS,
        maxRounds: ROUNDS,
        allRounds: true,
        signal: mine.signal,
        onRound: (rounds) => {
          // Read out only now and then.
          if (rounds % 50 === 0 || rounds === 1) status.textContent = `${rounds} of ${ROUNDS} rounds`;
        },
      });
      if (mine.signal.aborted) return;
      status.textContent = sentence(times);
      result.replaceChildren(histogram(times), numbers(times));
      measured(times);
    } catch (error) {
      if (running === mine) status.textContent = mine.signal.aborted ? 'Stopped.' : describeError(error);
    } finally {
      if (running === mine) {
        running = null;
        button.textContent = label;
      }
    }
  }

  return {
    root: element(
      'section',
      { class: 'latency', 'aria-labelledby': 'latency-title' },
      element('h2', { id: 'latency-title' }, 'How long a run takes'),
      element('div', { class: 'ways' }, button, status),
      result,
    ),
    reset: (ready) => {
      running?.abort();
      running = null;
      button.disabled = !ready;
      button.textContent = label;
      status.textContent = '';
      result.replaceChildren();
    },
  };
}

function sentence({ samplesMs, ratio }: NetworkTimes): string {
  const rounds = Math.max(...sides.map((side) => samplesMs[side].length));
  const runs = `${rounds} rounds; in each, every network runs once, in shuffled order.`;
  if (ratio === null) return runs;
  return `${runs} Dense over compact: ${ratioText(ratio.ratio, 3)}, 95\u00a0% interval ${interval(ratio.ratioCi)}.`;
}

function numbers({ samplesMs, medianMs, range }: NetworkTimes): HTMLElement {
  const cells = (tag: 'td' | 'th', texts: readonly string[]): HTMLElement[] =>
    texts.map((text) => element(tag, tag === 'th' ? { scope: 'col' } : {}, text));
  return element(
    'details',
    {},
    element('summary', {}, 'The numbers'),
    element(
      'div',
      { class: 'scrolls', tabindex: 0, role: 'region', 'aria-label': 'Times in numbers' },
      element(
        'table',
        {},
        element(
          'thead',
          {},
          element('tr', {}, ...cells('th', ['Network', 'Runs', 'Median', 'Mean', '5 %', '95 %', '99 %'])),
        ),
        element(
          'tbody',
          {},
          ...sides
            .filter((side) => samplesMs[side].length > 0)
            .map((side) => {
              const all = samplesMs[side];
              const values = [medianMs[side], mean(all), ...range[side], quantile(all, 0.99)];
              return element(
                'tr',
                {},
                element('th', { scope: 'row' }, side === 'dense' ? 'Dense' : 'Compact'),
                ...cells('td', [String(all.length), ...values.map(ms)]),
              );
            }),
        ),
      ),
    ),
  );
}
