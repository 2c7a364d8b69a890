// Knows how the reports of several pages become one.
import { assertInternal, type LatencyReport } from '@asfp/core';

/** One report of pages of the same browser; GPU facts come from the page that had such an engine. */
export function mergeReports(reports: readonly LatencyReport[]): LatencyReport {
  const [first] = reports;
  assertInternal(first, 'no page was measured');
  const busy = reports.flatMap(({ environment }) => environment.busyBefore ?? []);
  const gl = reports.find(({ environment }) => environment.webglRenderer !== null)?.environment;
  const gpu = reports.find(({ environment }) => environment.webgpuAdapter !== undefined)?.environment;
  return {
    format: 'asfp.latency-report/1',
    environment: {
      ...first.environment,
      webglRenderer: gl?.webglRenderer ?? null,
      softwareGl: gl?.softwareGl ?? false,
      ...(gpu ? { webgpuAdapter: gpu.webgpuAdapter, softwareWebgpu: gpu.softwareWebgpu ?? false } : {}),
      ...(busy.length === 0 ? {} : { busyBefore: Math.max(...busy) }),
    },
    subjects: reports.flatMap((report) => report.subjects),
    comparisons: reports.flatMap((report) => report.comparisons),
  };
}
