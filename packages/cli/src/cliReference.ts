// Knows docs/cli.md: the reference of all commands, made from their option tables.
import { commandHelp } from './command.ts';
import { commands, overview } from './commands.ts';

/** The text of the reference. */
export async function cliReference(): Promise<string> {
  const parts = [
    '# The command `asfp`',
    'Made from the option tables (`packages/cli/src/commands`): change those, then run `pnpm exec vitest run packages/cli -u`.',
    'Results go to stdout, logs and progress to stderr; with `--json` stdout is one JSON document. Exit code 0: done. 1: it failed, or the answer is no. 2: wrong usage. 130: interrupted.',
    fenced(overview()),
  ];
  for (const [name, entry] of Object.entries(commands)) {
    parts.push(`## asfp ${name}`, fenced(commandHelp(await entry.load())));
  }
  return `${parts.join('\n\n')}\n`;
}

function fenced(text: string): string {
  return `\`\`\`\n${text.trimEnd()}\n\`\`\``;
}
