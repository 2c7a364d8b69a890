// Knows that the reader of modules sees every way to import, export and reach out.
import { expect, test } from 'vitest';
import { readModule } from './readModule.ts';

const read = (text: string): ReturnType<typeof readModule> => readModule({ path: 'a.ts', text });

test('every kind of import is seen, and none in comments or texts', () => {
  const { imports } = read(`
    // import './comment.ts';
    import './bare.ts';
    import type { A } from './type.ts';
    import b, * as c from 'named';
    export { d } from './again.ts';
    export * from './all.ts';
    const text = "import './text.ts'";
    const late = async () => import('./late.ts');
    type E = typeof import('./typeof.ts');
  `);
  expect(imports.map(({ specifier, reExports }) => [specifier, reExports])).toEqual([
    ['./bare.ts', undefined],
    ['./type.ts', undefined],
    ['named', undefined],
    ['./again.ts', '{ d }'],
    ['./all.ts', '*'],
    ['./late.ts', undefined],
    ['./typeof.ts', undefined],
  ]);
});

test('exports are named and their doc comments seen', () => {
  const { exports } = read(`
    /** Says. */
    export const a = 1, b = 2;
    // No doc comment.
    export function c(): void {}
    /** Says. */
    export interface D {}
    export default class {}
    function hidden() {}
  `);
  expect(exports.map(({ name, documented }) => [name, documented])).toEqual([
    ['a', true],
    ['b', true],
    ['c', false],
    ['D', true],
    ['default', false],
  ]);
});

test('globals are seen as members, arguments and initializers, not as names of other things', () => {
  const { globals } = read(`
    process.exit(performance.now());
    const { env } = process;
    spy(console, 'log');
    console['log'](Date.now(), new Date(), globalThis.Math.random());
    const fine = [new Date(0), thing.process, { process: 1 }, clock.now()];
  `);
  expect(globals.map(({ name, line }) => `${line} ${name}`).sort()).toEqual([
    '2 performance.now',
    '2 process',
    '3 process',
    '4 console',
    '5 Date.now',
    '5 Date.now',
    '5 Math.random',
    '5 console',
  ]);
});
