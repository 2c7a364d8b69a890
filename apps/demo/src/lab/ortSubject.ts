// Knows how people run an ONNX file in a page: onnxruntime-web's wasm backend. Only the lab has it, to compare with.
import { AsfpError, type DType, type HostTensor } from '@asfp/core';
import type { TensorSpec } from '@asfp/edge-runtime';
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import type { LabFacts, OpenSubject } from './openSubject.ts';

/** A network that does nothing, in ONNX: opening it brings and compiles the runtime's own WebAssembly. */
const NOTHING = Uint8Array.of(
  ...[
    0x08, 0x08, 0x3a, 0x38, 0x0a, 0x10, 0x0a, 0x01, 0x78, 0x12, 0x01, 0x79, 0x22, 0x08, 0x49, 0x64, 0x65,
    0x6e, 0x74, 0x69, 0x74, 0x79, 0x12, 0x02, 0x6e, 0x6f,
  ],
  ...[0x5a, 0x0f, 0x0a, 0x01, 0x78, 0x12, 0x0a, 0x0a, 0x08, 0x08, 0x01, 0x12, 0x04, 0x0a, 0x02, 0x08, 0x01],
  ...[
    0x62, 0x0f, 0x0a, 0x01, 0x79, 0x12, 0x0a, 0x0a, 0x08, 0x08, 0x01, 0x12, 0x04, 0x0a, 0x02, 0x08, 0x01,
    0x42, 0x02, 0x10, 0x0d,
  ],
);

/** Starts the runtime on so many threads, one per core by default; later calls keep those of the first. */
export async function startOrt(threads: number | null): Promise<LabFacts> {
  env.wasm.numThreads = threads ?? navigator.hardwareConcurrency;
  env.logLevel = 'error';
  await (await InferenceSession.create(NOTHING)).release();
  return { threads: env.wasm.numThreads, webglRenderer: null, webgpuAdapter: null, softwareGl: false };
}

/** Opens an ONNX file on the runtime, which must have been started. */
export async function openOrtSubject(url: string, onBytes: () => void): Promise<OpenSubject> {
  const response = await fetch(url);
  if (!response.ok) {
    throw new AsfpError({
      code: 'http-status',
      where: url,
      expected: 'a file',
      found: `status ${response.status}`,
    });
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  onBytes();
  const session = await InferenceSession.create(bytes, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
  });
  const { inputNames, outputNames } = session;
  return {
    inputs: session.inputMetadata.map(specOf),
    run: async (inputs) => {
      const feeds = inputs.map(({ values, shape }, i) => [
        inputNames[i] as string,
        new Tensor('float32', Float32Array.from(values), shape),
      ]);
      const results = await session.run(Object.fromEntries(feeds));
      return outputNames.map((name) => hostTensor(results[name] as Tensor));
    },
    dispose: () => session.release(),
  };
}

function specOf(input: InferenceSession.ValueMetadata): TensorSpec {
  const shape = input.isTensor ? input.shape.map((dim) => (typeof dim === 'number' ? dim : null)) : null;
  return { name: input.name, node: input.name, dtype: input.isTensor ? input.type : 'none', shape };
}

/** The output is in the runtime's memory until it is copied. */
function hostTensor({ type, dims, data }: Tensor): HostTensor {
  return { dtype: type as DType, shape: dims, values: Float32Array.from(data as Float32Array) };
}
