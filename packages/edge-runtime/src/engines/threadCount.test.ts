import { expect, test } from 'vitest';
import { threadCount } from './threadCount.ts';

const navigator = { hardwareConcurrency: 8 };

test('an isolated page has a thread a core, four at most; one that is not has one, whatever is asked', () => {
  const isolated = { crossOriginIsolated: true, SharedArrayBuffer, navigator };
  expect(threadCount(undefined, isolated)).toBe(4);
  expect(threadCount(undefined, { ...isolated, navigator: { hardwareConcurrency: 2 } })).toBe(2);
  expect(threadCount(undefined, { crossOriginIsolated: true })).toBe(1);
  expect(threadCount(4, { crossOriginIsolated: true, navigator })).toBe(1);
  expect(threadCount(7, isolated)).toBe(7);
  expect(threadCount(1, isolated)).toBe(1);
  expect(threadCount(1000, isolated)).toBe(16);
  expect(threadCount(4, { crossOriginIsolated: false, SharedArrayBuffer, navigator })).toBe(1);
});

test('elsewhere threads are there when they are asked for, if memory can be shared', () => {
  expect(threadCount(undefined, { SharedArrayBuffer, navigator })).toBe(1);
  expect(threadCount(3, { SharedArrayBuffer, navigator })).toBe(3);
  expect(threadCount(3, { navigator })).toBe(1);
});

test.each([0, -1, 1.5, Number.NaN])('%d threads are none', (asked) => {
  expect(() => threadCount(asked)).toThrow(`threads: expected a whole number from 1 on, found ${asked}`);
});
