// Knows how to read the number of passed, failed and skipped tests out of vitest's JSON report.

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped tests that were skipped or left to be written
 */

/**
 * @typedef {object} Report the part of vitest's JSON report that is used
 * @property {readonly {
 *   readonly status: string,
 *   readonly assertionResults: readonly { readonly status: string }[],
 * }[]} testResults one for each file
 */

/**
 * Counts tests; a file that failed without a failed test (it did not load, or a hook threw) counts as one failed.
 * So does a report without any test.
 * @param {Report} report
 * @returns {Counts}
 */
export function countTests({ testResults }) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, assertionResults } of testResults) {
    const before = counts.failed;
    for (const test of assertionResults) {
      if (test.status === 'passed') counts.passed++;
      else if (test.status === 'failed') counts.failed++;
      else counts.skipped++;
    }
    if (status !== 'passed' && counts.failed === before) counts.failed++;
  }
  if (counts.passed + counts.failed + counts.skipped === 0) counts.failed = 1;
  return counts;
}

/**
 * The line that ends every run.
 * @param {Counts} counts
 */
export function verdictLine({ passed, failed, skipped }) {
  const rest = skipped > 0 ? `, ${skipped} skipped` : '';
  return `${passed} passed, ${failed} failed${rest}`;
}
