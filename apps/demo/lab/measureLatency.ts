// Knows how latency is measured from Node: pages built and served, a browser driven, everything closed again.
import { cpus } from 'node:os';
import { AsfpError, type LatencyReport, type LatencySubject } from '@asfp/core';
import type { Browser } from 'playwright-core';
import type { LabReference, LabRequest, LabSubject } from '../src/lab/labApi.ts';
import { askLabPage } from './askLabPage.ts';
import { buildSite } from './buildSite.ts';
import { busyShare } from './busyShare.ts';
import { launchBrowser } from './launchBrowser.ts';
import { measureInParts } from './measureInParts.ts';
import { mergeReports } from './mergeReports.ts';
import { serveSite } from './serveSite.ts';

/** A subject by its file in the folder that is served. */
export interface Subject extends Omit<LabSubject, 'url' | 'batch'> {
  /** Path of model.json or of the ONNX file, relative to the folder, with `/`. */
  readonly path: string;
  /** Pictures in one run; 1 by default. */
  readonly batch?: number;
}

/** What is measured, where, and for how long. */
export interface MeasureOptions {
  readonly subjects: readonly Subject[];
  /** The folder that holds the models, served read-only. */
  readonly folder: string;
  /** The browser to drive, a path or `firefox`; a Chromium is found on the machine by default. */
  readonly browser?: string | undefined;
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
 * Measures in a headless browser: subjects of one backend in the same page, round by round. A subject that fails stands
 * in the report with its error; when a whole page fails, its subjects are measured each in a page of its own, and not
 * compared. Throws an AsfpError when there is no browser or no page works. When aborted, rejects with the signal's reason.
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
    browser = await launchBrowser(options.browser);
    signal?.throwIfAborted();
    const reports: LatencyReport[] = [];
    const failed: LatencySubject[] = [];
    let reference: LabReference | null = options.reference ?? null;
    const groups = groupsOf(subjects);
    for (const group of groups) {
      onProgress?.(`measuring ${group.map(({ model, engine }) => `${model}@${engine}`).join(', ')}`);
      const request: LabRequest = {
        subjects: group.map(({ path, batch, ...rest }) => ({
          ...rest,
          url: new URL(`run/${path}`, server.url).href,
          batch: batch ?? 1,
        })),
        budgetMs: budgetMs / groups.length,
        threads: options.threads ?? null,
        reference,
        seed: 1,
      };
      const busyBefore = await busyShare();
      const opened = browser;
      const parts = await measureInParts(
        request,
        (page) => askLabPage(opened, server.url, 'measure', page),
        () => signal?.aborted === true || !opened.isConnected(),
      );
      for (const { report, reference: made } of parts.results) {
        reports.push({ ...report, environment: { ...report.environment, ...cpuName(), busyBefore } });
        reference ??= made;
      }
      failed.push(...parts.failed);
    }
    if (reports.length === 0 && failed[0]) throw noPage(failed[0]);
    const merged = mergeReports(reports);
    return { ...merged, subjects: inOrder([...merged.subjects, ...failed], subjects) };
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

function noPage({ error }: LatencySubject): AsfpError {
  return new AsfpError({
    code: 'page-error',
    where: 'measuring page',
    expected: 'one that works for a subject',
    found: error ?? 'none',
  });
}

/** Pages that failed were measured again in parts: the report keeps the order that was asked for. */
function inOrder(found: readonly LatencySubject[], asked: readonly Subject[]): LatencySubject[] {
  const place = (one: Pick<LatencySubject, 'model' | 'engine'>): number =>
    asked.findIndex(({ model, engine }) => model === one.model && engine === one.engine);
  return [...found].sort((a, b) => place(a) - place(b));
}

function cpuName(): { readonly cpu?: string } {
  const name = cpus()[0]?.model.trim();
  return name === undefined || name === '' ? {} : { cpu: name };
}

/** Subjects that run on the same backend of tfjs share a page, in the order given. */
export function groupsOf(subjects: readonly Subject[]): Subject[][] {
  const groups = new Map<string, Subject[]>();
  for (const subject of subjects) {
    const backend = /webgl|webgpu/.exec(subject.engine)?.[0] ?? 'wasm';
    const group = groups.get(backend) ?? [];
    groups.set(backend, [...group, subject]);
  }
  return [...groups.values()];
}
