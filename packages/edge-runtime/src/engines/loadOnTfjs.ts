// Knows how tfjs-converter loads and runs a GraphModel; which backend it runs on, its caller says.
import { AsfpError, assertInternal, type DType, type HostTensor } from '@asfp/core';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import { engine, getKernel, type io, keep, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { GraphModelFile } from '../fetch/parseModelFile.ts';
import type { LoadedModel, TensorSpec } from './engine.ts';
import { missingOps } from './missingOps.ts';
import { type BackendName, backendNamed, onBackend } from './onBackend.ts';

/** Goes along with a run from its start to its end, within its turn. */
export type RunGuard = <T>(run: Promise<T>) => Promise<T>;

/** Loads a checked file into the memory of a backend that has been started. */
export function loadOnTfjs(
  backend: BackendName,
  file: GraphModelFile,
  guard: RunGuard = (run) => run,
): Promise<LoadedModel> {
  checkOps(backend, file);
  return onBackend(backend, async () => {
    const before = engine().state.numTensors;
    const model = await loadWhole(file);
    const held = engine().state.numTensors - before;
    return loadedModel(backend, model, held, file.url, guard);
  });
}

/** The model, or an error and nothing left behind. */
async function loadWhole(file: GraphModelFile): Promise<GraphModel> {
  // What is made in a scope goes with it, unless it is kept.
  engine().startScope();
  try {
    const model = await loadTopology(file);
    for (const tensors of Object.values(model.weights)) for (const weight of tensors) keep(weight);
    return model;
  } finally {
    engine().endScope();
  }
}

function loadedModel(
  backend: BackendName,
  model: GraphModel,
  held: number,
  url: string,
  guard: RunGuard,
): LoadedModel {
  const inputs = model.inputs.map((node, i) => specOf(node, model.inputNodes[i]));
  const outputs = model.outputs.map((node, i) => specOf(node, model.outputNodes[i]));
  return {
    inputs,
    outputs,
    run: (tensors) => onBackend(backend, () => guard(runOnce(backend, model, inputs, tensors, url))),
    dispose: () =>
      onBackend(backend, () => {
        const before = engine().state.numTensors;
        model.dispose();
        const freed = before - engine().state.numTensors;
        assertInternal(freed === held, `${url} took ${held} tensors and gave ${freed} back`);
      }),
  };
}

async function runOnce(
  backend: BackendName,
  model: GraphModel,
  specs: readonly TensorSpec[],
  inputs: readonly HostTensor[],
  url: string,
): Promise<HostTensor[]> {
  const fed = new Map(specs.map((spec, i) => [spec.name, toTfjs(inputs[i])]));
  let results: Tensor[] = [];
  try {
    // executeAsync also runs control flow, but costs a promise for each op: only where execute cannot.
    const result =
      execute(model, Object.fromEntries(fed)) ?? (await model.executeAsync(Object.fromEntries(fed)));
    results = Array.isArray(result) ? result : [result];
    return await Promise.all(results.map((output) => readBack(backend, output)));
  } catch (cause) {
    throw runFailure(backend, url, cause);
  } finally {
    for (const one of [...fed.values(), ...results]) one.dispose();
  }
}

function execute(model: GraphModel, inputs: Record<string, Tensor>): Tensor | Tensor[] | undefined {
  try {
    return model.execute(inputs, model.outputNodes);
  } catch (error) {
    if (error instanceof Error && error.message.includes('executeAsync')) return undefined;
    throw error;
  }
}

async function readBack(backend: BackendName, output: Tensor): Promise<HostTensor> {
  const owner = engine().state.tensorInfo.get(output.dataId)?.backend;
  assertInternal(owner === backendNamed(backend), `an output does not lie in the ${backend} backend`);
  const values = await output.data();
  return { dtype: output.dtype as DType, shape: output.shape, values: values as Float32Array };
}

function toTfjs(host: HostTensor | undefined): Tensor {
  assertInternal(host, 'an input is missing');
  return tensor(host.values, [...host.shape], host.dtype);
}

async function loadTopology(file: GraphModelFile): Promise<GraphModel> {
  const { json } = file;
  const artifacts = {
    ...json,
    weightSpecs: file.groups.flatMap((group) => group.weights),
    weightData: joined(file),
  } as unknown as io.ModelArtifacts;
  try {
    return await loadGraphModel({ load: () => Promise.resolve(artifacts) });
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'not-a-model',
        where: file.url,
        expected: 'a graph that tfjs can read',
        found: cause instanceof Error ? cause.message : String(cause),
      },
      { cause },
    );
  }
}

/** All weight files one after another, as the manifest lists them. */
function joined({ groups, shards }: GraphModelFile): ArrayBuffer {
  const parts = groups.flatMap((group) => group.paths.map((path) => shards.get(path) ?? new Uint8Array()));
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.buffer;
}

function checkOps(backend: BackendName, file: GraphModelFile): void {
  const missing = missingOps(
    file.nodes.map((node) => node.op),
    (kernel) => getKernel(kernel, backend) !== undefined,
  );
  if (missing.length === 0) return;
  const names = missing.map(({ op, kernel }) =>
    kernel === null ? `${op} (unknown to tfjs)` : kernel === op ? op : `${op} (kernel ${kernel})`,
  );
  throw new AsfpError({
    code: 'missing-kernel',
    where: file.url,
    expected: `ops that engine tfjs-${backend} has`,
    found: names.join(', '),
    cure: 'Open it with another engine',
  });
}

function runFailure(backend: BackendName, url: string, cause: unknown): unknown {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (!/kernel '|unknown op/i.test(text)) return cause;
  return new AsfpError(
    {
      code: 'missing-kernel',
      where: url,
      expected: `ops that engine tfjs-${backend} has`,
      found: text,
      cure: 'Open it with another engine',
    },
    { cause },
  );
}

function specOf(node: { name: string; shape?: number[]; dtype: string }, name = node.name): TensorSpec {
  const shape = Array.isArray(node.shape) ? node.shape.map((dim) => (dim >= 0 ? dim : null)) : null;
  return { name, node: node.name, dtype: node.dtype ?? 'float32', shape };
}
