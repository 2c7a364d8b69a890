// Knows how a file looks: its name, its first line, its length, the doc comments of its exports, its import paths.
import { posix } from 'node:path';
import type { ModuleFacts } from './readModule.ts';
import { isTest } from './repositoryFiles.ts';

const LINE_LIMIT = 400;

/** Files over the limit, each with its reason. */
const LONG_FILES: Readonly<Record<string, string>> = {};

/** Names that say nothing about what is inside. */
const EMPTY_NAMES = new Set(['utils', 'helpers', 'misc', 'types', 'common', 'shared', 'lib']);

/** What a file's looks break, one line a fault. */
export function fileFaults({ path, text, imports, exports }: ModuleFacts): string[] {
  const faults: string[] = [];
  const name = posix.basename(path).replace(/(\.test|\.worker|\.config)?(\.d)?\.(ts|mts|mjs)$/, '');
  if (EMPTY_NAMES.has(name)) faults.push(`${path}: the name says nothing; name it after its subject`);
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) faults.push(`${path}: the name is not camelCase`);
  if (!isTest(path) && !isNamedAfter(name, exports)) {
    faults.push(
      `${path}: exports only ${exports.map((each) => each.name).join(', ')}; name the file after it`,
    );
  }

  const [first = ''] = text.replace(/^#!.*\n/, '').split('\n', 1);
  if (!path.endsWith('.test.ts') && !/^\/\/ \S.*\S/.test(first)) {
    faults.push(`${path}: the first line is no comment that says what the file knows`);
  }

  const lines = text.trimEnd().split('\n').length;
  if (lines > LINE_LIMIT && LONG_FILES[path] === undefined) faults.push(`${path}: has ${lines} lines`);

  for (const { specifier, line } of imports) {
    if (specifier.startsWith('.') && !/\.(ts|tsx|mts|mjs|json|css|wasm|bin)(\?[a-z&]+)?$/.test(specifier)) {
      faults.push(`${path}:${line}: ${specifier} lacks its extension`);
    }
  }
  if (!isTest(path) && /^(packages|apps)\/.*\.m?ts$/.test(path) && name !== 'index') {
    for (const { name: exported, line, documented } of exports) {
      if (!documented) faults.push(`${path}:${line}: ${exported} has no doc comment`);
    }
  }
  return faults;
}

/**
 * `l2Norm.ts` exports `l2Norm`, `rng.ts` an `Rng`, `conv.ts` may export `runConv`; where several share a file, it
 * bears the name of their subject.
 */
function isNamedAfter(file: string, exports: ModuleFacts['exports']): boolean {
  const values = exports.filter(({ isType }) => !isType);
  if (exports.length === 0 || exports.length > 2 || values.length > 1) return true;
  return exports.some(({ name }) => {
    const [a, b] = [file.toLowerCase(), name.toLowerCase()];
    return b === 'default' || a.includes(b) || b.includes(a);
  });
}
