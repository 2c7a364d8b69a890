// Knows how two saved models are compared on every test picture of a data set, on plain tfjs.
import type { BackendRequest } from '../backend/backendNames.ts';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { type BatchSource, evalBatches } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import type { ModelOnDisk } from '../record/readModelFiles.ts';
import { scoreLogits } from '../train/crossEntropy.ts';
import { openPredictor } from './predictor.ts';

/** Both models' answers to all test pictures. */
export interface ImageComparison {
  readonly count: number;
  readonly classes: number;
  /** `[count, classes]` each. */
  readonly a: Float32Array;
  readonly b: Float32Array;
  /** Share of the pictures that each classifies right. */
  readonly accuracyA: number;
  readonly accuracyB: number;
}

/** Runs both models on the first `limit` test pictures (all without), normalised as the first one's card says. */
export async function compareOnImages(
  a: ModelOnDisk,
  b: ModelOnDisk,
  dataset: Dataset,
  options: {
    readonly limit?: number | undefined;
    readonly backend?: BackendRequest | undefined;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<ImageComparison> {
  await chooseBackend(options.backend);
  const source: BatchSource = { ...dataset, ...a.card?.input };
  const answersA = await answers(a, source, dataset, options);
  const answersB = await answers(b, source, dataset, options);
  const count = Math.min(options.limit ?? dataset.test.count, dataset.test.count);
  const labels = Int32Array.from(dataset.test.labels.subarray(0, count));
  return {
    count,
    classes: answersA.length / count,
    a: answersA,
    b: answersB,
    accuracyA: scoreLogits(answersA, labels).right / count,
    accuracyB: scoreLogits(answersB, labels).right / count,
  };
}

async function answers(
  model: ModelOnDisk,
  source: BatchSource,
  dataset: Dataset,
  options: { readonly limit?: number | undefined; readonly signal?: AbortSignal | undefined },
): Promise<Float32Array> {
  const predictor = await openPredictor(model, model.file);
  try {
    const parts: Float32Array[] = [];
    for await (const batch of evalBatches(source, dataset.test, { limit: options.limit })) {
      options.signal?.throwIfAborted();
      parts.push(await predictor.predict(batch.images, batch.count));
    }
    const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  } finally {
    predictor.dispose();
  }
}
