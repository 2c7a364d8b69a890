// Knows how latency is measured from Node: pages built and served, a browser driven, everything closed again.
import { AsfpError, type LatencyReport } from '@asfp/core';
import type { Browser, Page } from 'playwright-core';
import type { LabReference, LabRequest, LabResult, LabSubject } from '../src/lab/labApi.ts';
import { buildSite } from './buildSite.ts';
import { launchBrowser } from './launchBrowser.ts';
import { mergeReports } from './mergeReports.ts';
import { serveSite } from './serveSite.ts';

/** A subject by its file in the folder that is served. */
export interface Subject extends Omit<LabSubject, 'url' | 'batch'> {
  /** Path of model.json, relative to the folder, with `/`. */
  readonly path: string;
  /** Pictures in one run; 1 by default. */
  readonly batch?: number;
}

/** What is measured, where, and for how long. */
export interface MeasureOptions {
  readonly subjects: readonly Subject[];
  /** The folder that holds the models, served read-only. */
  readonly folder: string;
  /** The Chromium to drive; found on the machine by default. */
  readonly browserPath?: string | undefined;
  /** Time for all rounds of all engines together, milliseconds. */
  readonly budgetMs: number;
  /** Threads of the wasm engine; one per core by default. */
  readonly threads?: number | undefined;
  /** Numbers to run on and what must come out; by default the first subject is the reference of the others. */
  readonly reference?: LabReference | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with a short text before each step. */
  readonly onProgress?: ((text: string) => void) | undefined;
}

/**
 * Measures in a headless Chromium: subjects of one backend in the same page, round by round. Throws an AsfpError when
 * there is no browser or a page reports an error; a subject that fails stands in the report with its error. When
 * aborted, rejects with the signal's reason.
 */
export async function measureLatency(options: MeasureOptions): Promise<LatencyReport> {
  const { subjects, folder, budgetMs, signal, onProgress } = options;
  signal?.throwIfAborted();
  onProgress?.('building the measuring page');
  const site = await buildSite();
  const server = await serveSite({ site, folder });
  let browser: Browser | undefined;
  const stop = (): void => void browser?.close().catch(() => undefined);
  signal?.addEventListener('abort', stop);
  try {
    browser = await launchBrowser(options.browserPath);
    signal?.throwIfAborted();
    const reports: LatencyReport[] = [];
    let reference: LabReference | null = options.reference ?? null;
    const groups = groupsOf(subjects);
    for (const group of groups) {
      onProgress?.(`measuring ${group.map(({ model, engine }) => `${model}@${engine}`).join(', ')}`);
      const result: LabResult = await measureInPage(browser, server.url, {
        subjects: group.map(({ path, batch, ...rest }) => ({
          ...rest,
          url: new URL(`run/${path}`, server.url).href,
          batch: batch ?? 1,
        })),
        budgetMs: budgetMs / groups.length,
        threads: options.threads ?? null,
        reference,
        seed: 1,
      });
      reports.push(result.report);
      reference ??= result.reference;
    }
    return mergeReports(reports);
  } catch (error) {
    // A browser that was closed on abort makes every call fail with words of its own.
    if (signal?.aborted) throw signal.reason;
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    await browser?.close().catch(() => undefined);
    await server.close();
  }
}

/** Subjects that run on the same backend of tfjs share a page, in the order given. */
export function groupsOf(subjects: readonly Subject[]): Subject[][] {
  const groups = new Map<string, Subject[]>();
  for (const subject of subjects) {
    const backend = subject.engine === 'tfjs-webgl' ? 'webgl' : 'wasm';
    const group = groups.get(backend) ?? [];
    groups.set(backend, [...group, subject]);
  }
  return [...groups.values()];
}

async function measureInPage(browser: Browser, url: string, request: LabRequest): Promise<LabResult> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints = listen(page, `${url}run/`);
  try {
    await page.goto(`${url}lab.html`);
    await page.waitForFunction('window.asfpLab !== undefined && window.crossOriginIsolated');
    const result = await page.evaluate(
      (asked) =>
        (
          globalThis as unknown as { asfpLab: { measure(r: LabRequest): Promise<LabResult> } }
        ).asfpLab.measure(asked),
      request,
    );
    failOn(complaints);
    return result;
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
