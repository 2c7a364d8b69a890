// Knows how to try every backend and put back the one that was current.
import * as tf from '@tensorflow/tfjs-core';
import {
  type BackendName,
  type BackendRefusal,
  type BackendStatus,
  backendNames,
  type OpenedBackend,
} from './backendNames.ts';
import { openBackend } from './openBackend.ts';

/**
 * Tries each backend, best first, and says whether it can train here, or why not and what would help; `measure` runs on each
 * that can, and gives its images a second.
 */
export async function listBackends(measure?: () => Promise<number>): Promise<readonly BackendStatus[]> {
  const current = tf.engine().backendName;
  const rows: BackendStatus[] = [];
  for (const name of backendNames) {
    const opened = await tryBackend(name, rows);
    if ('reason' in opened) {
      rows.push({ name, usable: false, reason: opened.reason, cure: opened.cure });
      continue;
    }
    const speed = measure === undefined ? {} : { imagesPerSecond: await measure() };
    rows.push({ name, usable: true, version: opened.version, device: opened.device, ...speed });
  }
  if (current) await tf.setBackend(current);
  return rows;
}

async function tryBackend(
  name: BackendName,
  before: readonly BackendStatus[],
): Promise<OpenedBackend | BackendRefusal> {
  if (name === 'node' && before.some((row) => row.name === 'node-gpu' && row.usable)) {
    const reason = 'not tried: a process holds one native library, and that with the GPU works';
    return { name, reason, cure: 'use --backend node-gpu' };
  }
  return openBackend(name);
}
