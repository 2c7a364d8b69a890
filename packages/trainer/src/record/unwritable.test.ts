import { AsfpError } from '@asfp/core';
import { expect, test } from 'vitest';
import { unwritable } from './unwritable.ts';

const failure = (code: string): Error => Object.assign(new Error(`${code}: it failed`), { code });

test.each(['ENOSPC', 'EDQUOT'])('%s is a full disk', (code) => {
  expect(unwritable('run', failure(code))).toMatchObject({
    code: 'disk-full',
    message: `run: expected room on the disk, found ${code}: it failed. Free space, or choose another folder with --out`,
  });
});

test('anything else is a folder that cannot be written to; a cause that says more stays', () => {
  expect(unwritable('run', failure('EACCES'), 'Ask').message).toBe(
    'run: expected a folder that can be written to, found EACCES: it failed. Ask',
  );
  const known = new AsfpError({ code: 'known', where: 'here', expected: 'it' });
  expect(unwritable('run', known)).toBe(known);
});
