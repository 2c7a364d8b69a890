// Knows engines that compute nothing and take as long as they are told, on a clock of their own.
import { AsfpError, float32Tensor } from '@asfp/core';
import type { Engine, EngineName } from '../engines/engine.ts';

/** How a fake engine behaves. */
export interface FakeOptions {
  /** Milliseconds of one run. */
  readonly ms?: number;
  /** The one number that it answers. */
  readonly answer?: number;
  /** Why it does not start. */
  readonly refuses?: string;
  /** Why it does not run what it loaded. */
  readonly breaks?: string;
}

/** Fake engines by name, the clock that they move, and which of their models are open. */
export interface FakeEngines {
  readonly load: (name: EngineName) => Promise<Engine>;
  readonly clock: () => number;
  readonly open: EngineName[];
  readonly started: EngineName[];
}

/** Engines that behave as told; one that is not named refuses. */
export function fakeEngines(fakes: Partial<Record<EngineName, FakeOptions>>): FakeEngines {
  let time = 0;
  const open: EngineName[] = [];
  const started: EngineName[] = [];
  const engineOf = (name: EngineName): Engine => {
    const { ms = 1, answer = 1, refuses, breaks } = fakes[name] ?? { refuses: 'not here' };
    return {
      start: async () => {
        started.push(name);
        if (refuses !== undefined) {
          throw new AsfpError({ code: 'fake', where: name, expected: 'it', found: refuses, cure: 'None' });
        }
        return { engine: name, threads: 1, webglRenderer: null, webgpuAdapter: null, softwareGl: false };
      },
      load: async () => {
        open.push(name);
        return {
          inputs: [{ name: 'x', node: 'x', dtype: 'float32', shape: [null, 2] }],
          outputs: [],
          run: async () => {
            if (breaks !== undefined) throw new Error(breaks);
            time += ms;
            return [float32Tensor([1], [answer])];
          },
          dispose: async () => {
            open.splice(open.indexOf(name), 1);
          },
        };
      },
    };
  };
  return { load: async (name) => engineOf(name), clock: () => time, open, started };
}
