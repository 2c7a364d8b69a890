// Knows that no broken test file passes unseen.
import { expect, test } from 'vitest';
import { countTests, verdictLine } from './countTests.mjs';

const file = (
  status: string,
  ...tests: string[]
): Parameters<typeof countTests>[0]['testResults'][number] => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

test('tests are counted over all files', () => {
  const report = { testResults: [file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed')] };
  expect(countTests(report)).toEqual({ passed: 3, failed: 1, skipped: 0 });
});

test('a file that fails without a failed test counts as one failure', () => {
  expect(countTests({ testResults: [file('failed'), file('failed', 'passed')] })).toEqual({
    passed: 1,
    failed: 2,
    skipped: 0,
  });
});

test('a run without tests has failed', () => {
  expect(countTests({ testResults: [] })).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('skipped tests and tests to be written are named in the verdict', () => {
  const counts = countTests({ testResults: [file('passed', 'passed', 'skipped', 'todo', 'pending')] });
  expect(verdictLine(counts)).toBe('1 passed, 0 failed, 3 skipped');
  expect(verdictLine({ passed: 7, failed: 0, skipped: 0 })).toBe('7 passed, 0 failed');
});
