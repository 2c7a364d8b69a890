// Knows how a test's page has no networks but those that the test serves.
import type { Page } from 'playwright-core';

/** Lets the page find no pairs of its own. */
export async function withoutPairs(page: Page): Promise<void> {
  await page.route('**/models/manifest.json', (route) =>
    route.fulfill({ json: { format: 'asfp.demo-models/1', pairs: [] } }),
  );
}
