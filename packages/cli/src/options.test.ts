import { expect, test } from 'vitest';
import { type OptionTable, parseOptions } from './options.ts';

const table = {
  out: { type: 'text', hint: 'DIR', summary: 'where' },
  epochs: { type: 'number', summary: 'how long' },
  resume: { type: 'flag', summary: 'go on' },
  mode: { type: 'text', choices: ['a', 'b'], summary: 'how' },
} as const satisfies OptionTable;
const words = [{ name: 'MODEL', summary: 'a model.json' }];

test('options and words are told apart, with = or without, in any order', () => {
  expect(parseOptions(['--epochs', '3', 'm.json', '--out=x', '--resume'], table, words)).toEqual({
    values: { epochs: 3, out: 'x', resume: true },
    words: ['m.json'],
  });
  expect(parseOptions(['m', '--epochs', '-1.5e2'], table, words).values).toEqual({ epochs: -150 });
});

test.each([
  [
    ['m', '--epoch', '3'],
    '--epoch: expected an option of this command, found one that it does not have. Did you mean --epochs?',
  ],
  [
    ['m', '--volume'],
    '--volume: expected an option of this command, found one that it does not have. See --help',
  ],
  [['m', '-x'], '-x: expected an option of this command, found one that it does not have'],
  [['m', '--epochs', 'many'], '--epochs: expected a number, found "many"'],
  [['m', '--epochs'], '--epochs: expected a value (VALUE), found none'],
  [['m', '--out', '--resume'], '--out: expected a value (DIR), found none'],
  [['m', '--out='], '--out: expected a value (DIR), found none'],
  [['m', '--resume=yes'], '--resume: expected no value, found "yes"'],
  [['m', '--mode', 'c'], '--mode: expected one of a, b, found "c"'],
  [[], 'MODEL: expected a model.json, found none'],
  [['m', 'n'], 'n: expected 1 word, found 2. See --help'],
])('%j is refused', (argv, message) => {
  expect(() => parseOptions(argv, table, words)).toThrow(message);
});

test('--help asks for nothing else', () => {
  expect(parseOptions(['--help'], table, words).values).toEqual({ help: true });
});

test('the last word may be left out where it is marked so', () => {
  const open = [...words, { name: 'RUN', summary: 'a run folder', optional: true }];
  expect(parseOptions(['m'], table, open).words).toEqual(['m']);
  expect(parseOptions(['m', 'r'], table, open).words).toEqual(['m', 'r']);
  expect(() => parseOptions([], table, open)).toThrow('MODEL: expected a model.json, found none');
  expect(() => parseOptions(['m', 'r', 's'], table, open)).toThrow('s: expected 2 words, found 3');
});

test('the last word may come several times where it is marked so', () => {
  const many = [{ name: 'MODEL', summary: 'a model.json', many: true }];
  expect(parseOptions(['a', 'b', 'c'], table, many).words).toEqual(['a', 'b', 'c']);
  expect(() => parseOptions([], table, many)).toThrow('MODEL: expected a model.json, found none');
});
