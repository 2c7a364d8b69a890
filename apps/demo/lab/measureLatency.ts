// Knows how latency is measured from Node: pages built and served, a browser driven, everything closed again.
import type { LatencyReport } from '@asfp/core';
import type { Browser } from 'playwright-core';
import type { LabReference, LabSubject } from '../src/lab/labApi.ts';
import { askLabPage } from './askLabPage.ts';
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
      const result = await askLabPage(browser, server.url, 'measure', {
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
