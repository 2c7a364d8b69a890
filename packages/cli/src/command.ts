// Knows what a command is, and its help.
import { commonOptions, type OptionTable, type OptionValues, type WordSpec } from './options.ts';
import type { Terminal } from './terminal/terminal.ts';

/** What a command is given to work with. */
export interface CommandContext<T extends OptionTable> {
  readonly options: OptionValues<T> & { readonly json: boolean };
  readonly words: readonly string[];
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** One subcommand of `asfp`. */
export interface Command<T extends OptionTable = OptionTable> {
  readonly name: string;
  readonly summary: string;
  readonly words: readonly WordSpec[];
  readonly options: T;
  /** Does the work; false means that it ran and the answer is no (exit code 1). */
  readonly run: (context: CommandContext<T>) => Promise<boolean>;
}

/** Keeps the types of a command's options. */
export function defineCommand<const T extends OptionTable>(command: Command<T>): Command {
  return command as unknown as Command;
}

/** The help of one command, made from its table. */
export function commandHelp(command: Command): string {
  const words = command.words
    .map(({ name, many, optional }) => (optional ? ` [${name}]` : ` ${name}${many ? '…' : ''}`))
    .join('');
  const lines = [`asfp ${command.name}${words} [options]`, '', `  ${command.summary}`, ''];
  const rows: [string, string][] = command.words.map(({ name, summary }) => [name, summary]);
  for (const [name, spec] of Object.entries({ ...command.options, ...commonOptions } as OptionTable)) {
    const value =
      spec.type === 'flag'
        ? ''
        : ` ${spec.choices?.join('|') ?? spec.hint ?? (spec.type === 'number' ? 'N' : 'TEXT')}`;
    rows.push([
      `--${name}${value}`,
      spec.otherwise === undefined ? spec.summary : `${spec.summary} (default: ${spec.otherwise})`,
    ]);
  }
  const width = Math.min(34, Math.max(...rows.map(([left]) => left.length)));
  for (const [left, right] of rows) {
    lines.push(
      left.length > width
        ? `  ${left}\n  ${' '.repeat(width)}  ${right}`
        : `  ${left.padEnd(width)}  ${right}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
