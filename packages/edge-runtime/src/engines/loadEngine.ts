// Knows the engines by name, and brings the code of one only when it is asked for.
import { AsfpError } from '@asfp/core';
import type { Engine, EngineName } from './engine.ts';

const LOADERS: Readonly<Record<EngineName, () => Promise<Engine>>> = {
  compiled: async () => (await import('./compiled.ts')).compiled,
  'tfjs-wasm': async () => (await import('./tfjsWasm.ts')).tfjsWasm,
  'tfjs-webgl': async () => (await import('./tfjsWebgl.ts')).tfjsWebgl,
  'tfjs-webgpu': async () => (await import('./tfjsWebgpu.ts')).tfjsWebgpu,
};

/** The names of all engines. */
export const engineNames: readonly EngineName[] = Object.keys(LOADERS) as EngineName[];

/** The engine of that name; throws an AsfpError for a name that is none. */
export function loadEngine(name: EngineName): Promise<Engine> {
  if (!Object.hasOwn(LOADERS, name)) {
    throw new AsfpError({
      code: 'unknown-engine',
      where: 'engine',
      expected: `one of ${engineNames.join(', ')}`,
      found: JSON.stringify(name),
    });
  }
  return LOADERS[name]();
}
