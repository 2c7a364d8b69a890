// The door of cli, for tests and tools: one command line, run in this process.
export { type Command, commandHelp } from './command.ts';
export { commands, overview } from './commands.ts';
export { runCli } from './runCli.ts';
export type { Streams } from './terminal/terminal.ts';
