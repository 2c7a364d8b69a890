// Knows how each subject of the lab is opened, so that all of them run through the same few functions.
import { AsfpError, type HostTensor } from '@asfp/core';
import { type EngineFacts, openModel, type TensorSpec } from '@asfp/edge-runtime';
import type { LabSubject } from './labApi.ts';

/** An open subject. */
export interface OpenSubject {
  readonly inputs: readonly TensorSpec[];
  /** Runs once and reads all outputs back, in order. */
  run(inputs: readonly HostTensor[]): Promise<readonly HostTensor[]>;
  dispose(): Promise<void>;
}

/** Opens a subject on an engine that has been started; throws when its file or its ops do not fit. */
export async function openSubject(subject: LabSubject, facts: EngineFacts): Promise<OpenSubject> {
  const asLayers = subject.engine === 'tfjs-layers-wasm';
  if (asLayers !== (subject.format === 'layers')) {
    throw new AsfpError({
      code: 'lab-format',
      where: `${subject.model}@${subject.engine}`,
      expected: asLayers ? 'a LayersModel' : 'a GraphModel',
      found: `format ${subject.format}`,
    });
  }
  if (asLayers) return (await import('./layersSubject.ts')).openLayersSubject(subject.url);
  const session = await openModel(subject.url, { engine: facts.engine, allowSoftwareGl: true });
  return {
    inputs: session.info.inputs,
    run: async (inputs) => {
      const named = Object.fromEntries(session.info.inputs.map((spec, i) => [spec.name, inputs[i]]));
      return Object.values(await session.runAll(named as Record<string, HostTensor>));
    },
    dispose: () => session.dispose(),
  };
}
