// Knows how finished runs become rows of docs/results.md.
import type { CompactReport, EndEvent, RunEvent, RunSettings, StartEvent } from '@asfp/core';
import { markdownTable } from './markdownTable.ts';

/** What is known of a finished run. */
export interface FinishedRun {
  readonly name: string;
  readonly settings: RunSettings;
  readonly report: CompactReport;
  readonly events: readonly RunEvent[];
  /** The compact network's, on all test images. */
  readonly accuracy: number;
}

/** One row, and the command that made it. */
export interface ResultRow {
  readonly cells: readonly string[];
  readonly command: string;
}

/** A run's row; throws an Error for one that has not ended. */
export function resultRow({ name, settings, report, events, accuracy }: FinishedRun): ResultRow {
  const start = events.find((event): event is StartEvent => event.type === 'start');
  const end = events.find((event): event is EndEvent => event.type === 'end');
  const epochs = events.filter((event) => event.type === 'epoch');
  if (start === undefined || end === undefined) throw new Error(`${name} has not ended`);
  const { before, after } = report;
  const last = epochs.at(-1);
  const share = (part: number, whole: number): string => `−${(100 * (1 - part / whole)).toFixed(1)} %`;
  return {
    cells: [
      `[${name}](results/${name})`,
      String(settings.seed),
      percent(end.accuracy),
      percent(accuracy),
      `${millions(before.macs)} → ${millions(after.macs)} (${share(after.macs, before.macs)})`,
      share(end.macs.paperPruned, end.macs.paperDense),
      `${last?.everReturned ?? 0} of ${last?.totalFilters ?? 0}`,
      `${start.backend}, ${start.device}`,
    ],
    command: commandOf(settings),
  };
}

/** The table, and under it the command of each row. */
export function resultTable(rows: readonly ResultRow[]): string {
  const head = [
    'run',
    'seed',
    'with its zeros',
    'compact',
    'multiply-adds',
    'as the papers count',
    'filters that came back',
    'backend',
  ];
  const table = markdownTable(
    head,
    rows.map(({ cells }) => cells),
  );
  const commands = rows.map(({ command }) => command).join('\n');
  return `${table}\n\n\`\`\`\n${commands}\n\`\`\``;
}

/** The command that makes a run of these settings. */
function commandOf(settings: RunSettings): string {
  const { schedule, epochs, seed, rate, clipRatio, harden, coupling, evalLimit } = settings;
  const options = [
    `--preset ${schedule === 'constant' ? 'sfp' : 'asfp'}-cifar10`,
    `--epochs ${epochs}`,
    ...(rate === 0.4 ? [] : [`--rate ${rate}`]),
    ...(clipRatio === null ? [] : [`--clip-ratio ${clipRatio}`]),
    ...(harden === 0 ? [] : [`--harden ${harden}`]),
    ...(coupling === 'independent' ? [] : [`--coupling ${coupling}`]),
    ...(evalLimit === null ? [] : [`--eval-limit ${evalLimit}`]),
    `--seed ${seed}`,
  ];
  return `asfp train ${options.join(' ')} --dataset folder --data cifar10-jpeg`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function millions(macs: number): string {
  return `${(macs / 1e6).toFixed(2)} M`;
}
