// Knows how a list of steps lies in memory: `[kernel, bytes of the step, ...arguments]`, four bytes each.
import {
  floatArguments,
  type KernelArguments,
  type KernelName,
  kernelNames,
  kernelTable,
} from './kernelTable.ts';

/** One call of a kernel. */
export type Step = {
  readonly [K in KernelName]: { readonly kernel: K; readonly args: KernelArguments<K> };
}[KernelName];

/** The steps as the module's `run` reads them. */
export function encodeProgram(steps: readonly Step[]): Uint8Array {
  const words = steps.reduce((sum, step) => sum + 2 + kernelTable[step.kernel].length, 0);
  const view = new DataView(new ArrayBuffer(words * 4));
  let at = 0;
  for (const { kernel, args } of steps) {
    const names = kernelTable[kernel];
    view.setInt32(at, kernelNames.indexOf(kernel), true);
    view.setInt32(at + 4, (2 + names.length) * 4, true);
    for (const [i, name] of names.entries()) {
      const value = (args as Readonly<Record<string, number>>)[name] as number;
      if (floatArguments.has(name)) view.setFloat32(at + 8 + i * 4, value, true);
      else view.setInt32(at + 8 + i * 4, value, true);
    }
    at += (2 + names.length) * 4;
  }
  return new Uint8Array(view.buffer);
}
