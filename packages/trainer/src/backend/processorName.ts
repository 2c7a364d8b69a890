// Knows what the processor is called.
import { cpus } from 'node:os';

/** The processor's own name, or its architecture where it tells none. */
export function processorName(): string {
  return cpus()[0]?.model.trim() || process.arch;
}
