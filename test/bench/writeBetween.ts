// Knows how a generated part of a document takes the place of the last one: between two comments that name it.
import { readFileSync, writeFileSync } from 'node:fs';
import { AsfpError } from '@asfp/core';

/** The text with what stands between `<!-- NAME -->` and `<!-- /NAME -->` replaced; throws AsfpError `no-markers`. */
export function replaceBetween(text: string, name: string, part: string, where: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start === -1 || end < start) {
    throw new AsfpError({
      code: 'no-markers',
      where,
      expected: `${open} and, after it, ${close}`,
      found: 'a document without them',
    });
  }
  return `${text.slice(0, start + open.length)}\n\n${part.trim()}\n\n${text.slice(end)}`;
}

/** Replaces a generated part of a file. */
export function writeBetween(file: string, name: string, part: string): void {
  writeFileSync(file, replaceBetween(readFileSync(file, 'utf8'), name, part, file));
}
