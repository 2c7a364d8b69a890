import { expect, test } from 'vitest';
import { restoreUtil } from './restoreUtil.ts';

test('what is missing is put back, what is there stays', () => {
  const there = (): boolean => true;
  const util: Record<string, unknown> = { isArray: there };
  restoreUtil(util);
  expect(util['isArray']).toBe(there);
  const isNothing = util['isNullOrUndefined'] as (value: unknown) => boolean;
  expect([null, undefined, 0, ''].map(isNothing)).toEqual([true, true, false, false]);
  const empty: Record<string, unknown> = {};
  restoreUtil(empty);
  const isArray = empty['isArray'] as (value: unknown) => boolean;
  expect([[], {}, 'ab'].map(isArray)).toEqual([true, false, false]);
});
