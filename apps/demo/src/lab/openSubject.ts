// Knows how each subject of the lab is started and opened, so that all of them run through the same few functions.
import { AsfpError, type HostTensor } from '@asfp/core';
import { type EngineFacts, openModel, startEngine, type TensorSpec } from '@asfp/edge-runtime';
import { wasmFiles } from '../wasmFiles.ts';
import type { LabEngine, LabSubject } from './labApi.ts';

/** An open subject. */
export interface OpenSubject {
  readonly inputs: readonly TensorSpec[];
  /** Runs once and reads all outputs back, in order. */
  run(inputs: readonly HostTensor[]): Promise<readonly HostTensor[]>;
  dispose(): Promise<void>;
}

/** What a started engine of the lab says of itself. */
export type LabFacts = Omit<EngineFacts, 'engine'>;

/** What each engine reads. */
const FORMATS: Readonly<Record<LabEngine, LabSubject['format']>> = {
  compiled: 'graph',
  'tfjs-wasm': 'graph',
  'tfjs-webgl': 'graph',
  'tfjs-webgpu': 'graph',
  'tfjs-layers-wasm': 'layers',
  'ort-wasm': 'onnx',
};

const MODELS: Readonly<Record<LabSubject['format'], string>> = {
  graph: 'a GraphModel',
  layers: 'a LayersModel',
  onnx: 'an ONNX file',
};

/** Makes an engine ready, once for the page: what a page pays once is not what a model costs. */
export async function startSubject(engine: LabEngine, threads: number | null): Promise<LabFacts> {
  if (engine === 'ort-wasm') return (await import('./ortSubject.ts')).startOrt(threads);
  return startEngine(engine === 'tfjs-layers-wasm' ? 'tfjs-wasm' : engine, {
    wasmPaths: wasmFiles,
    allowSoftwareGl: true,
    ...(threads === null ? {} : { threads }),
  });
}

/**
 * Opens a subject on an engine that has been started; throws when its file or its ops do not fit. `onBytes` is called
 * whenever something of it has come, the last time when all has.
 */
export async function openSubject(subject: LabSubject, onBytes: () => void): Promise<OpenSubject> {
  const { model, url, format, engine } = subject;
  if (format !== FORMATS[engine]) {
    throw new AsfpError({
      code: 'lab-format',
      where: `${model}@${engine}`,
      expected: MODELS[FORMATS[engine]],
      found: MODELS[format],
    });
  }
  if (engine === 'ort-wasm') return (await import('./ortSubject.ts')).openOrtSubject(url, onBytes);
  if (engine === 'tfjs-layers-wasm')
    return (await import('./layersSubject.ts')).openLayersSubject(url, onBytes);
  // Every subject downloads, also what another one has brought before.
  const session = await openModel(url, { engine, allowSoftwareGl: true, cache: false, onProgress: onBytes });
  return {
    inputs: session.info.inputs,
    run: async (inputs) => {
      const named = Object.fromEntries(session.info.inputs.map((spec, i) => [spec.name, inputs[i]]));
      return Object.values(await session.runAll(named as Record<string, HostTensor>));
    },
    dispose: () => session.dispose(),
  };
}
