import { expect, test } from 'vitest';
import { AsfpError, assertInternal, describeError, InternalError } from './errors.ts';

test('a failure is one line: where, expected, found, cure', () => {
  const error = new AsfpError({
    code: 'rate-range',
    where: '--rate',
    expected: 'a number in [0, 1)',
    found: '1.2',
    cure: 'Give the share of filters to prune, such as 0.4',
  });
  expect(error.message).toBe(
    '--rate: expected a number in [0, 1), found 1.2. Give the share of filters to prune, such as 0.4',
  );
  expect(error.name).toBe('AsfpError');
  expect(error.code).toBe('rate-range');
});

test('our own bugs say so', () => {
  expect(() => assertInternal(false, 'widths differ')).toThrow(new InternalError('widths differ'));
  expect(new InternalError('x').message).toBe('internal: x');
});

test('a chain of causes is told from root to leaf, each text once', () => {
  const leaf = new Error('disk full');
  const root = new AsfpError({ code: 'c', where: 'a.bin', expected: 'a whole file' }, { cause: leaf });
  expect(describeError(root)).toBe('a.bin: expected a whole file — because: disk full');
  expect(describeError('odd')).toBe('odd');
});
