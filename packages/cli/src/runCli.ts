// Knows how a command line becomes a command, and how its end becomes an exit code.
import { AsfpError, describeError } from '@asfp/core';
import { commandHelp } from './command.ts';
import { commands, overview } from './commands.ts';
import { parseOptions } from './options.ts';
import { openTerminal, type Streams } from './terminal/terminal.ts';

/** Ended by Ctrl-C, as shells count it. */
const interruptedCode = 130;

/** Runs one command line; the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted. Failures are one line on stderr. */
export async function runCli(
  argv: readonly string[],
  streams: Streams,
  signal: AbortSignal,
): Promise<number> {
  const [name, ...rest] = argv;
  const { err, out } = streams;
  if (name === undefined) {
    err.write(overview());
    return 2;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    out.write(overview());
    return 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    err.write(
      `asfp: expected a command (${Object.keys(commands).join(', ')}), found ${JSON.stringify(name)}. See asfp --help\n`,
    );
    return 2;
  }
  const terminal = openTerminal(streams, rest.includes('--json'));
  try {
    const command = await load.load();
    const { values, words } = parseOptions(rest, command.options, command.words);
    if (values['help'] === true) {
      out.write(commandHelp(command));
      return 0;
    }
    const flags = Object.fromEntries(
      Object.entries(command.options)
        .filter(([, spec]) => spec.type === 'flag')
        .map(([key]) => [key, false]),
    );
    const options = { json: false, ...flags, ...values } as never;
    return (await command.run({ options, words, terminal, signal })) ? 0 : 1;
  } catch (error) {
    if (signal.aborted) {
      terminal.log(
        `asfp ${name}: interrupted. ${error instanceof AsfpError ? (error.failure.cure ?? '') : ''}`.trim(),
      );
      return interruptedCode;
    }
    terminal.log(`asfp ${name}: ${oneLine(error)}`);
    return isUsage(error) ? 2 : 1;
  }
}

/** A failure that a user can act on is its own line; a bug of ours keeps its stack, for the report. */
function oneLine(error: unknown): string {
  if (error instanceof AsfpError) return error.message;
  return error instanceof Error ? `${describeError(error)}\n${error.stack ?? ''}` : String(error);
}

/** Failures about an option, wherever they are found out. */
function isUsage(error: unknown): boolean {
  return error instanceof AsfpError && (error.code === 'usage' || error.failure.where.startsWith('--'));
}
