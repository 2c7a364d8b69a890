// Knows how to zero positions of a live variable's last axis, without changing its shape.
import type { HostTensor } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import { fromHost, toHost } from '../bridge/hostTensors.ts';

/** Zeroes the listed filters of a kernel `[kh, kw, in, out]` (or the entries of a `[c]` vector) in place. */
export async function maskFilters(variable: tf.Variable, filters: readonly number[]): Promise<void> {
  if (filters.length === 0) return;
  const host = await toHost(variable);
  zeroLastAxis(host, filters);
  tf.tidy(() => variable.assign(fromHost(host)));
}

function zeroLastAxis(host: HostTensor, positions: readonly number[]): void {
  const extent = host.shape.at(-1) as number;
  for (let from = 0; from < host.values.length; from += extent) {
    for (const position of positions) host.values[from + position] = 0;
  }
}
