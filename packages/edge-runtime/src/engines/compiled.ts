// Knows our own engine: it fetches its kernels once for the page, and compiles each graph into a program for them.
import { AsfpError, type Graph, type HostTensor, readGraphFiles } from '@asfp/core';
import { bestBuild, type KernelBuild, kernelBytes, kernelFile, shareMemory } from '@asfp/kernels';
import { compileModel } from '../compiled/compileModel.ts';
import type { Threads } from '../compiled/threads/startThreads.ts';
import type { GraphModelFile } from '../fetch/parseModelFile.ts';
import { checkWasmAllowed } from './checkWasmAllowed.ts';
import type { Engine, EngineOptions, LoadedModel, TensorSpec } from './engine.ts';
import { threadCount } from './threadCount.ts';

const ENGINE = 'compiled';

/** The compiled engine; independent of tfjs. Its threads are those of the page, and end with its last model. */
export const compiled: Engine = {
  start: async (options) => {
    const { threads } = await startOnce(options);
    return {
      engine: ENGINE,
      threads: threads?.count ?? 1,
      webglRenderer: null,
      webgpuAdapter: null,
      softwareGl: false,
    };
  },
  load: async (file) => {
    open++;
    let threads: Threads | undefined;
    try {
      const ready = await startOnce({});
      threads = ready.threads;
      const model = loadedModel(file, ready.module, threads);
      await threads?.settled();
      return model;
    } catch (error) {
      leave(threads);
      throw error;
    }
  },
};

/** Kernels that are ready, and who runs them; no threads where this one is alone. */
interface Started {
  readonly module: WebAssembly.Module;
  readonly threads: Threads | undefined;
}

let started: Promise<Started> | undefined;
/** Their file, which stays for threads that start again: by then the page may be offline. */
let file: Promise<Uint8Array<ArrayBuffer>> | undefined;
let given: EngineOptions | undefined;
/** Models that have not been given back. */
let open = 0;

/** The kernels, fetched and compiled at the first call, whose options last; one that failed is tried again. */
function startOnce(options: EngineOptions): Promise<Started> {
  const chosen = given ?? options;
  started ??= start(chosen).then(
    (ready) => {
      given = chosen;
      return ready;
    },
    (error: unknown) => {
      started = undefined;
      file = undefined;
      throw error;
    },
  );
  return started;
}

/** A model is gone; threads that have none left end. */
function leave(threads: Threads | undefined): void {
  open--;
  if (open > 0 || threads === undefined) return;
  threads.close();
  started = undefined;
}

async function start(options: EngineOptions): Promise<Started> {
  const count = threadCount(options.threads);
  if (options.kernels !== undefined) return { module: options.kernels, threads: undefined };
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
  const bytes = await fileOnce(build);
  if (count > 1) {
    const { startThreads } = await import('../compiled/threads/startThreads.ts');
    const module = await compileFile(build, bytes, true);
    const threads = await startThreads(count, module);
    if (threads.count > 1) return { module, threads };
  }
  return { module: await compileFile(build, bytes, false), threads: undefined };
}

function fileOnce(build: KernelBuild): Promise<Uint8Array<ArrayBuffer>> {
  file ??= fileOf(build);
  return file;
}

/** Brings a build; throws an AsfpError that says what came instead of it. */
function fileOf(build: KernelBuild): Promise<Uint8Array<ArrayBuffer>> {
  return kernelBytes(build).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw notKernels(kernelFile(build).href, `no such file (${why})`, cause);
  });
}

/** Compiles a build; throws an AsfpError where it is none. */
async function compileFile(
  build: KernelBuild,
  bytes: Uint8Array<ArrayBuffer>,
  shared: boolean,
): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(shared ? shareMemory(bytes) : bytes);
  } catch (cause) {
    const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0'));
    const found = `a file that begins with ${start.join(' ') || 'nothing'}`;
    throw notKernels(kernelFile(build).href, found, cause);
  }
}

function notKernels(where: string, found: string, cause?: unknown): AsfpError {
  return new AsfpError(
    {
      code: 'wasm-file',
      where,
      expected: 'the kernels of @asfp/kernels',
      found,
      cure: 'Serve the .wasm files of @asfp/kernels, let the page fetch them (Content-Security-Policy: connect-src), or pass the compiled module as `kernels`',
    },
    { cause },
  );
}

function loadedModel(
  file: GraphModelFile,
  module: WebAssembly.Module,
  threads: Threads | undefined,
): LoadedModel {
  const graph = readGraphFiles({ json: file.json, shards: file.shards }, file.url);
  const inputs = inputSpecs(graph, file.json['signature']);
  const model = compileModel(graph, module, threads);
  return {
    inputs,
    outputs: graph.outputs.map(({ name, from }) => ({ name, node: from, dtype: 'float32', shape: null })),
    run: async (tensors) => model.run(new Map(inputs.map(({ node }, i) => [node, tensors[i] as HostTensor]))),
    dispose: async () => {
      model.dispose();
      leave(threads);
    },
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
