// Knows how to try every backend and put back the one that was current.
import * as tf from '@tensorflow/tfjs-core';
import { type BackendStatus, backendNames } from './backendNames.ts';
import { openBackend } from './openBackend.ts';

/** Tries each backend, best first, and says whether it can train here, or why not and what would help. */
export async function listBackends(): Promise<readonly BackendStatus[]> {
  const current = tf.engine().backendName;
  const rows: BackendStatus[] = [];
  for (const name of backendNames) {
    const opened = await openBackend(name);
    rows.push(
      'reason' in opened
        ? { name, usable: false, reason: opened.reason, cure: opened.cure }
        : { name, usable: true, version: opened.version, device: opened.device },
    );
  }
  if (current) await tf.setBackend(current);
  return rows;
}
