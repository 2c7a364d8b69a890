// Knows settings for a run of a test.
import type { RunSettings } from '@asfp/core';
import { resolveSettings } from '../train/settings.ts';

/** Settings of a short run on tiny images, on the cpu backend. */
export function tinySettings(changes: Partial<RunSettings> = {}): RunSettings {
  const resolved = { dataset: 'tiny', data: null, backend: 'cpu' };
  return { ...resolveSettings({ epochs: 2, batchSize: 8, model: 'resnet8' }, resolved), ...changes };
}
