// Knows what becomes of a page that fails as a whole: its subjects are measured each in a page of its own.
import { describeError, type LatencySubject } from '@asfp/core';
import type { LabReference, LabRequest, LabResult, LabSubject } from '../src/lab/labApi.ts';

/** What the pages measured, and the subjects whose own page failed. */
export interface PartResults {
  readonly results: readonly LabResult[];
  readonly failed: readonly LatencySubject[];
}

/**
 * Asks one page for all subjects; where it fails, one page for each of them, which gives them times but no comparisons. What
 * the first page that answers made is the reference of those after it, unless there is one. `isFatal` says of an error that
 * no other page could do better; such an error is thrown.
 */
export async function measureInParts(
  request: LabRequest,
  ask: (request: LabRequest) => Promise<LabResult>,
  isFatal: (error: unknown) => boolean,
): Promise<PartResults> {
  const results: LabResult[] = [];
  const failed: LatencySubject[] = [];
  let reference: LabReference | null = request.reference;
  const pages = [request];
  for (let page = pages.shift(); page !== undefined; page = pages.shift()) {
    try {
      const result = await ask({ ...page, reference });
      results.push(result);
      reference ??= result.reference;
    } catch (error) {
      if (isFatal(error)) throw error;
      const [only, ...others] = page.subjects;
      if (only && others.length === 0) failed.push(failedSubject(only, error));
      else pages.push(...alone(page));
    }
  }
  return { results, failed };
}

function alone(page: LabRequest): LabRequest[] {
  const { subjects, budgetMs } = page;
  return subjects.map((subject) => ({ ...page, subjects: [subject], budgetMs: budgetMs / subjects.length }));
}

function failedSubject({ model, engine, batch }: LabSubject, error: unknown): LatencySubject {
  return {
    ...{ model, engine, engineUsed: null, threads: 0, batch, loadMs: null, firstRunMs: null, samplesMs: [] },
    ...{ p50Ms: null, p95Ms: null, meanMs: null, ciMs: null, maxAbsError: null },
    error: describeError(error),
  };
}
