// Measures whether a page stays smooth while a session opens and runs: tasks of more than 50 ms on the page's thread, as the
// browser itself counts them. pnpm bench:smooth
import { join } from 'node:path';
import type * as Runtime from '@asfp/edge-runtime';
import { openRuntimePages, type RuntimePages } from '../runtime/openPage.ts';
import { partKey } from './benchNets.ts';
import { prepareNet } from './prepareNet.ts';

/** In the page. */
declare const asfp: typeof Runtime;

const NET = 'resnet18';
const RUNS = 20;
const address = `run/${partKey({ net: NET, rate: 0, coupling: null })}/graph/model.json`;

const pages = await openRuntimePages(() => undefined);
try {
  await prepareNet(join(pages.folder), NET, [], () => undefined);
  const here = await tasksOf(pages, false);
  const beside = await tasksOf(pages, true);
  process.stdout.write(`${line('on the page', here)}\n${line('in a worker', beside)}\n`);
  // Without long tasks on the page nothing would be known of the worker.
  process.exitCode = beside.length === 0 && here.length > 0 ? 0 : 1;
} finally {
  await pages.close();
}

function line(where: string, tasks: readonly number[]): string {
  const longest = tasks.length === 0 ? '' : `, the longest of ${Math.max(...tasks).toFixed(0)} ms`;
  return `${NET} ${where}, opened and run ${RUNS} times: ${tasks.length} tasks of more than 50 ms${longest}`;
}

/** Milliseconds of the page's long tasks while a session opens, runs and closes. */
async function tasksOf(site: RuntimePages, worker: boolean): Promise<number[]> {
  const { page } = await site.open();
  const tasks = await page.evaluate(
    async ([url, inWorker, runs]) => {
      const seen: number[] = [];
      const observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) seen.push(duration);
      });
      observer.observe({ type: 'longtask' });
      const session = await asfp.openModel(url, { engine: 'compiled', threads: 1, worker: inWorker });
      for (let i = 0; i < runs; i++) await session.run(new Float32Array(224 * 224 * 3));
      await session.dispose();
      await new Promise((resolve) => setTimeout(resolve, 200));
      observer.disconnect();
      return seen;
    },
    [`${pages.url}${address}`, worker, RUNS] as const,
  );
  await page.context().close();
  return tasks;
}
