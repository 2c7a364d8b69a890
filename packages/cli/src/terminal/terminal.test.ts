import { expect, test } from 'vitest';
import { textTable } from './table.ts';
import { openTerminal } from './terminal.ts';

interface Caught {
  readonly out: { readonly write: (text: string) => void };
  readonly err: { readonly write: (text: string) => void; readonly isTTY: boolean; readonly columns: number };
  readonly text: () => readonly [string, string];
}

function streams(isTTY: boolean): Caught {
  const out: string[] = [];
  const err: string[] = [];
  return {
    out: { write: (text) => void out.push(text) },
    err: { write: (text) => void err.push(text), isTTY, columns: 20 },
    text: () => [out.join(''), err.join('')],
  };
}

test('progress is one line that the next one replaces, cut to the width', () => {
  const io = streams(true);
  const terminal = openTerminal(io, false);
  terminal.progress('a rather long line of progress');
  terminal.log('done');
  expect(io.text()[1]).toBe('a rather long line \r\u001b[2Kdone\n');
});

test('where nobody watches, one line of progress in a minute stays', () => {
  const io = streams(false);
  let now = 5;
  const terminal = openTerminal(io, false, () => now);
  for (now of [5, 60_004, 60_005, 120_004, 120_005, 120_006]) terminal.progress(String(now));
  expect(io.text()).toEqual(['', '60005\n120005\n']);
});

test('a result is text for people and one JSON document under --json', () => {
  const people = streams(false);
  openTerminal(people, false).result('fine', { fine: true });
  expect(people.text()[0]).toBe('fine\n');
  const machines = streams(false);
  openTerminal(machines, true).result('fine', { fine: true });
  expect(JSON.parse(machines.text()[0])).toEqual({ fine: true });
});

test('columns line up, numbers to the right', () => {
  expect(
    textTable([
      ['layer', 'filters'],
      ['a', '16'],
      ['long', '3'],
    ]),
  ).toBe('layer  filters\na           16\nlong         3');
});
