// Knows how long native onnxruntime takes on one thread: for scale, since no page can run it.

import { readFile } from 'node:fs/promises';
import { describeError } from '@asfp/core';
import { compareLatency } from '@asfp/edge-runtime';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** An ONNX file, and what it is run on and must make of it. */
export interface NativeSubject {
  readonly model: string;
  readonly file: string;
  readonly input: readonly number[];
  readonly shape: readonly number[];
  readonly answer: readonly number[];
}

/** The times of one subject, or why there are none. */
export interface NativeTimes {
  readonly model: string;
  readonly samplesMs: readonly number[];
  readonly maxAbsError: number | null;
  readonly error?: string;
}

/** Measures subjects next to each other, in this process. */
export async function nativeTimes(
  subjects: readonly NativeSubject[],
  budgetMs: number,
): Promise<NativeTimes[]> {
  const errors = subjects.map(() => 0);
  const rivals = await Promise.all(
    subjects.map(async ({ model, file, input, shape, answer }, i) => {
      const session = await InferenceSession.create(await readFile(file), {
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
      });
      const feeds = {
        [session.inputNames[0] as string]: new Tensor('float32', Float32Array.from(input), shape),
      };
      const run = async (): Promise<void> => {
        const { data } = (await session.run(feeds))[session.outputNames[0] as string] as Tensor;
        const apart = answer.map((value, at) => Math.abs(value - Number(data[at])));
        errors[i] = apart.reduce(
          (most, one) => Math.max(most, Number.isNaN(one) ? Infinity : one),
          errors[i] ?? 0,
        );
      };
      return { name: model, run };
    }),
  ).catch((error: unknown) => describeError(error));
  if (typeof rivals === 'string') {
    return subjects.map(({ model }) => ({ model, samplesMs: [], maxAbsError: null, error: rivals }));
  }
  const { rivals: times } = await compareLatency(rivals, { budgetMs });
  return times.map(({ name, samplesMs, error }, i) => ({
    model: name,
    samplesMs,
    maxAbsError: errors[i] ?? null,
    ...(error === undefined ? {} : { error }),
  }));
}
