// Knows our own engine: it fetches its kernels once for the page, and compiles each graph into a program for them.
import { AsfpError, type Graph, type HostTensor, readGraphFiles } from '@asfp/core';
import { bestBuild, type KernelBuild, kernelBytes, kernelFile } from '@asfp/kernels';
import { compileModel } from '../compiled/compileModel.ts';
import type { GraphModelFile } from '../fetch/parseModelFile.ts';
import { checkWasmAllowed } from './checkWasmAllowed.ts';
import type { Engine, EngineOptions, LoadedModel, TensorSpec } from './engine.ts';

const ENGINE = 'compiled';

/** The compiled engine; independent of tfjs. */
export const compiled: Engine = {
  start: async (options) => {
    await kernelsOf(options);
    return { engine: ENGINE, threads: 1, webglRenderer: null, softwareGl: false };
  },
  load: async (file) => loadedModel(file, await kernelsOf({})),
};

let kernels: Promise<WebAssembly.Module> | undefined;

/** The kernels, fetched and compiled at the first call; one that failed is tried again. */
function kernelsOf(options: EngineOptions): Promise<WebAssembly.Module> {
  if (options.kernels !== undefined) kernels ??= Promise.resolve(options.kernels);
  kernels ??= fetchKernels().catch((error: unknown) => {
    kernels = undefined;
    throw error;
  });
  return kernels;
}

async function fetchKernels(): Promise<WebAssembly.Module> {
  checkWasmAllowed(ENGINE);
  const build = bestBuild();
  if (build === undefined) {
    throw new AsfpError({
      code: 'wasm-simd',
      where: `engine ${ENGINE}`,
      expected: 'a WebAssembly engine with SIMD',
      found: 'one without',
      cure: "Update the browser, or open the model with engine 'tfjs-wasm'",
    });
  }
  return compileFile(build);
}

/** Brings a build and compiles it; throws an AsfpError that says what came instead of it. */
async function compileFile(build: KernelBuild): Promise<WebAssembly.Module> {
  const { href } = kernelFile(build);
  const bytes = await kernelBytes(build).catch((cause: unknown) => {
    throw notKernels(href, `no such file (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  });
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0'));
    throw notKernels(href, `a file that begins with ${start.join(' ') || 'nothing'}`, cause);
  }
}

function notKernels(where: string, found: string, cause?: unknown): AsfpError {
  return new AsfpError(
    {
      code: 'wasm-file',
      where,
      expected: 'the kernels of @asfp/kernels',
      found,
      cure: 'Serve the .wasm files of @asfp/kernels, or pass the compiled module as `kernels`',
    },
    { cause },
  );
}

function loadedModel(file: GraphModelFile, module: WebAssembly.Module): LoadedModel {
  const graph = readGraphFiles({ json: file.json, shards: file.shards }, file.url);
  const inputs = inputSpecs(graph, file.json['signature']);
  const model = compileModel(graph, module);
  return {
    inputs,
    outputs: graph.outputs.map(({ name, from }) => ({ name, node: from, dtype: 'float32', shape: null })),
    run: async (tensors) => model.run(new Map(inputs.map(({ node }, i) => [node, tensors[i] as HostTensor]))),
    dispose: async () => model.dispose(),
  };
}

/** The inputs as the model's signature calls them; those that it does not name go by their nodes. */
function inputSpecs(graph: Graph, signature: unknown): TensorSpec[] {
  const listed = (signature as { inputs?: Readonly<Record<string, { name?: string }>> } | undefined)?.inputs;
  const names = new Map(
    Object.entries(listed ?? {}).map(([key, { name }]) => [(name ?? '').replace(/:0$/, ''), key]),
  );
  return graph.nodes.flatMap((node) =>
    node.op === 'input'
      ? [
          {
            name: names.get(node.name) ?? node.name,
            node: node.name,
            dtype: node.attrs.dtype,
            shape: node.attrs.shape,
          },
        ]
      : [],
  );
}
