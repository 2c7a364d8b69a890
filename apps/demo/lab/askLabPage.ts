// Knows the measuring page from outside: opened in a fresh context, asked, its complaints heard, closed.
import { AsfpError } from '@asfp/core';
import type { Browser, Page } from 'playwright-core';
import type { LabApi } from '../src/lab/labApi.ts';

/** The name of what is asked, its argument, and its answer. */
type Asked = keyof LabApi;
type Argument<A extends Asked> = Parameters<LabApi[A]>[0];
type Answer<A extends Asked> = Awaited<ReturnType<LabApi[A]>>;

/**
 * Opens the measuring page, asks it one thing and closes it. Throws an AsfpError with the page's words when it
 * reports an error or crashes.
 */
export async function askLabPage<A extends Asked>(
  browser: Browser,
  url: string,
  asked: A,
  argument?: Argument<A>,
): Promise<Answer<A>> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints = listen(page, `${url}run/`);
  try {
    await page.goto(`${url}lab.html`);
    await page.waitForFunction('window.asfpLab !== undefined && window.crossOriginIsolated');
    const answer = await page.evaluate(
      ([name, value]) =>
        (globalThis as unknown as { asfpLab: Record<string, (value: unknown) => unknown> }).asfpLab[name]?.(
          value,
        ),
      [asked, argument] as const,
    );
    failOn(complaints);
    return answer as Answer<A>;
  } catch (error) {
    failOn(complaints, error);
    throw error;
  } finally {
    await context.close().catch(() => undefined);
  }
}

/** Errors of the page as they come; a model file that does not load is its subject's error, not the page's. */
function listen(page: Page, models: string): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('crash', () => complaints.push('the page crashed'));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    if (message.text().startsWith('Failed to load resource') && message.location().url.startsWith(models))
      return;
    complaints.push(message.text());
  });
  return complaints;
}

function failOn(complaints: readonly string[], cause?: unknown): void {
  if (complaints.length === 0) return;
  throw new AsfpError(
    {
      code: 'page-error',
      where: 'measuring page',
      expected: 'no errors in its console',
      found: [...new Set(complaints)].join(' | '),
    },
    { cause },
  );
}
