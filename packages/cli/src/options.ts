// Knows what an option table is: the one place from which options are parsed, checked, and explained.
import { parseArgs } from 'node:util';
import { AsfpError } from '@asfp/core';

/** One option of a command. */
export interface OptionSpec {
  readonly type: 'text' | 'number' | 'flag';
  readonly summary: string;
  /** What stands for the value in the help: `DIR`, `N`. */
  readonly hint?: string;
  /** The only values allowed. */
  readonly choices?: readonly string[];
  /** What happens without it, in words. */
  readonly otherwise?: string;
}

/** The options of a command by name, without the dashes. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** The values of a table's options; those that were not given are undefined. */
export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: T[K]['type'] extends 'number'
    ? number | undefined
    : T[K]['type'] extends 'flag'
      ? boolean
      : string | undefined;
};

/** A word that stands on its own on the command line. */
export interface WordSpec {
  readonly name: string;
  readonly summary: string;
  /** The last word may be given several times. */
  readonly many?: boolean;
  /** The last word may be left out. */
  readonly optional?: boolean;
}

/** Options that every command has. */
export const commonOptions = {
  json: { type: 'flag', summary: 'print one JSON document on stdout' },
  help: { type: 'flag', summary: 'show this help' },
} as const satisfies OptionTable;

/** What was typed, checked against the table. */
export interface Parsed {
  readonly values: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly words: readonly string[];
}

/** Parses a command's arguments. Throws AsfpError `usage` for an unknown option, a missing or surplus word, or a value that is none of the choices or no number. */
export function parseOptions(
  argv: readonly string[],
  table: OptionTable,
  words: readonly WordSpec[],
): Parsed {
  const all: OptionTable = { ...table, ...commonOptions };
  const known = Object.fromEntries(
    Object.entries(all).map(([name, spec]) => [
      name,
      { type: spec.type === 'flag' ? 'boolean' : 'string' } as const,
    ]),
  );
  const { tokens } = parseArgs({
    args: [...argv],
    options: known,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, string | number | boolean | undefined> = {};
  const given: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') given.push(token.value);
    if (token.kind === 'option')
      values[token.name] = optionValue(token.rawName, token.name, token.value, all);
  }
  if (values['help'] !== true) checkWords(given, words);
  return { values, words: given };
}

function optionValue(
  raw: string,
  name: string,
  value: string | undefined,
  table: OptionTable,
): string | number | boolean {
  const spec = Object.hasOwn(table, name) ? table[name] : undefined;
  if (spec === undefined) {
    const near = nearest(name, Object.keys(table));
    throw usage(
      raw,
      'an option of this command',
      'one that it does not have',
      near === undefined ? 'See --help' : `Did you mean --${near}?`,
    );
  }
  if (spec.type === 'flag') {
    if (value !== undefined) throw usage(raw, 'no value', JSON.stringify(value));
    return true;
  }
  // `--out --json` is a forgotten value, not a folder called --json.
  if (value === undefined || value === '' || value.startsWith('--'))
    throw usage(raw, `a value (${spec.hint ?? 'VALUE'})`, 'none');
  if (spec.type === 'number') {
    const number = Number(value);
    if (value.trim() === '' || !Number.isFinite(number)) throw usage(raw, 'a number', JSON.stringify(value));
    return number;
  }
  if (spec.choices !== undefined && !spec.choices.includes(value)) {
    throw usage(raw, `one of ${spec.choices.join(', ')}`, JSON.stringify(value));
  }
  return value;
}

function checkWords(given: readonly string[], words: readonly WordSpec[]): void {
  const missing = words[given.length];
  if (missing !== undefined && missing.optional !== true) throw usage(missing.name, missing.summary, 'none');
  const many = words.at(-1)?.many === true;
  if (given.length > words.length && !many) {
    throw usage(
      given[words.length] as string,
      words.length === 0 ? 'no word' : `${words.length} word${words.length === 1 ? '' : 's'}`,
      `${given.length}`,
      'See --help',
    );
  }
}

/** The known name at most two letters away. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const scored = known.map((other) => ({ other, distance: editDistance(name, other) }));
  scored.sort((a, b) => a.distance - b.distance);
  return scored[0] !== undefined && scored[0].distance <= 2 ? scored[0].other : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

function usage(where: string, expected: string, found: string, cure?: string): AsfpError {
  return new AsfpError({ code: 'usage', where, expected, found, ...(cure === undefined ? {} : { cure }) });
}
