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

test('where nobody watches there is no progress', () => {
  const io = streams(false);
  openTerminal(io, false).progress('x');
  expect(io.text()).toEqual(['', '']);
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
