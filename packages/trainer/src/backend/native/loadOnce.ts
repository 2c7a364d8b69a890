// Knows whether an addon loads, found out in a process of its own: a library that is broken takes its process with it.
import { AsfpError } from '@asfp/core';
import { runTool } from './runTool.ts';

const script = `
const binding = require(process.argv[1]);
process.stdout.write(JSON.stringify({ version: binding.TF_Version, gpu: binding.isUsingGpuDevice() }));
`;

/** What an addon that was loaded says about itself. */
export interface AddonFacts {
  /** The version of TensorFlow that it runs on. */
  readonly version: string;
  readonly gpu: boolean;
}

/** Loads an addon once; throws AsfpError `native-load`. */
export type LoadOnce = (addon: string) => Promise<AddonFacts>;

/** Loads an addon in a process of its own. */
export const loadOnce: LoadOnce = async (addon) => {
  const { code, stdout, fault } = await runTool(process.execPath, ['-e', script, addon]);
  if (code === 0) return JSON.parse(stdout) as AddonFacts;
  throw new AsfpError({
    code: 'native-load',
    where: addon,
    expected: 'an addon that loads',
    found: fault,
    cure: 'Try another TensorFlow with --from, or use --backend wasm, which needs nothing',
  });
};
