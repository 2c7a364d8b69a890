// Knows what a document must be true about: the files, the commands and the scripts that it mentions.
import { posix } from 'node:path';
import type { RepositoryFile } from './repositoryFiles.ts';

/** What exists in the repository. */
export interface Inventory {
  readonly paths: readonly string[];
  /** Subcommands of `asfp`. */
  readonly commands: readonly string[];
  /** Scripts of the root's package.json. */
  readonly scripts: readonly string[];
}

/** What pnpm and npm know by themselves, as far as a document may speak of it. */
const BUILT_IN = new Set([
  'install',
  'ci',
  'add',
  'exec',
  'run',
  'remove',
  'update',
  'publish',
  'pack',
  'test',
]);

/** Files, commands and scripts that a document mentions and that do not exist. */
export function documentFaults(document: RepositoryFile, inventory: Inventory): string[] {
  const faults: string[] = [];
  let fenced = false;
  for (const [index, line] of document.text.split('\n').entries()) {
    const isFence = /^\s*```/.test(line);
    if (isFence) fenced = !fenced;
    const missing = [
      ...linksIn(line).filter((target) => !linkExists(document.path, target, inventory)),
      ...codesIn(line, fenced && !isFence).flatMap((code) => missingIn(code, inventory)),
    ];
    faults.push(...missing.map((each) => `${document.path}:${index + 1}: ${each} does not exist`));
  }
  return faults;
}

/** The targets of links and pictures that lead into the repository. */
function linksIn(line: string): string[] {
  return [...line.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)]
    .map(([, link, attribute]) => String(link ?? attribute).replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

function linkExists(from: string, target: string, { paths }: Inventory): boolean {
  const path = posix.join(posix.dirname(from), target).replace(/\/$/, '');
  return path === '.' || paths.some((each) => each === path || each.startsWith(`${path}/`));
}

/** Inline code, or a whole line inside a fence. */
function codesIn(line: string, fenced: boolean): string[] {
  return fenced ? [line] : [...line.matchAll(/`([^`]+)`/g)].map(([, code]) => String(code));
}

function missingIn(code: string, inventory: Inventory): string[] {
  const missing: string[] = [];
  // An option or a bare word after asfp is no subcommand: `asfp --help`, `asfp <command>`.
  for (const [, command] of code.matchAll(/(?<![\w@/.-])asfp ([a-z]\w*)/g)) {
    if (command !== undefined && !inventory.commands.includes(command)) missing.push(`asfp ${command}`);
  }
  for (const [, tool, script] of code.matchAll(/(?<![\w-])(npm run|npm|pnpm run|pnpm) ([a-z][\w:]*)/g)) {
    if (script === undefined || (BUILT_IN.has(script) && !tool?.endsWith('run'))) continue;
    if (!inventory.scripts.includes(script)) missing.push(`${tool} ${script}`);
  }
  for (const word of code.split(/[\s,;:()'"]+/)) {
    if (looksLikeAFile(word, inventory) && !fileExists(word, inventory)) missing.push(word);
  }
  return missing;
}

/** A path that begins with a folder of the repository, or the name of a source file wherever it is. */
function looksLikeAFile(word: string, { paths }: Inventory): boolean {
  if (!/^[\w.@*-]+(\/[\w.@*-]+)*\/?$/.test(word)) return false;
  const [first = ''] = word.split('/');
  if (word.includes('/') && paths.some((path) => path.startsWith(`${first}/`))) return true;
  return /[\w*]\.(ts|mts|mjs)$/.test(word);
}

function fileExists(word: string, { paths }: Inventory): boolean {
  const pattern = word
    .replace(/\/$/, '')
    // In a recipe NAME stands for any name.
    .replace(/\bNAME\b/, '*')
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('\\*', '[^/]*');
  // A name in the middle of a path is enough: a tree is drawn relative to its room.
  const found = new RegExp(`(^|/)${pattern}(/|$)`);
  return paths.some((path) => found.test(path));
}
