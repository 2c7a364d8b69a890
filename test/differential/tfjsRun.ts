// Knows how to run models of both formats on plain tfjs, with nothing of ours, on its cpu backend or, where that is too slow, on wasm.
import '@tensorflow/tfjs-backend-cpu';
import type { Feeds, ModelFiles, WrittenModel } from '@asfp/core';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** A tfjs model in memory, as its own savers would hand it to a file. */
function artifacts(files: {
  readonly json: unknown;
  readonly shards: ReadonlyMap<string, Uint8Array>;
}): tf.io.ModelArtifacts {
  const json = files.json as tf.io.ModelJSON;
  const parts = json.weightsManifest.flatMap((group) =>
    group.paths.map((path) => files.shards.get(path) as Uint8Array),
  );
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return {
    modelTopology: json.modelTopology,
    weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
    weightData: bytes.buffer,
    ...(json.signature === undefined ? {} : { signature: json.signature }),
    ...(json.format === undefined ? {} : { format: json.format }),
  };
}

/** Takes tfjs's cpu backend, without its advice on faster ones. */
export async function openCpu(): Promise<void> {
  tf.enableProdMode();
  await tf.setBackend('cpu');
}

async function openWasm(): Promise<void> {
  await import('@tensorflow/tfjs-backend-wasm');
  tf.enableProdMode();
  await tf.setBackend('wasm');
}

/** Runs a GraphModel on plain tfjs; the outputs by their names in the signature. */
export async function runOnTfjs(
  model: WrittenModel,
  feeds: Feeds,
  backend: 'cpu' | 'wasm' = 'cpu',
): Promise<Map<string, Float32Array>> {
  if (backend === 'wasm') await openWasm();
  else await openCpu();
  const loaded = await loadGraphModel({ load: async () => artifacts(model) });
  const inputs = Object.fromEntries(
    Object.entries(feeds).map(([name, { shape, values }]) => [
      name,
      tf.tensor(Float32Array.from(values), [...shape]),
    ]),
  );
  const outputNames = Object.keys((model.json['signature'] as { outputs: object }).outputs);
  const results = loaded.predict(inputs);
  const tensors = results instanceof tf.Tensor ? [results] : (results as tf.Tensor[]);
  const outputs = new Map(
    tensors.map((tensor, i) => [outputNames[i] as string, tensor.dataSync() as Float32Array]),
  );
  tf.dispose([inputs, tensors]);
  loaded.dispose();
  return outputs;
}

/** The files that tfjs-layers writes of a model. */
export async function savedLayers(model: LayersModel): Promise<ModelFiles> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save({
    save: async (given) => {
      saved = given;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  const { modelTopology, weightSpecs, weightData } = saved as tf.io.ModelArtifacts;
  return {
    json: {
      format: 'layers-model',
      modelTopology,
      weightsManifest: [{ paths: ['w.bin'], weights: weightSpecs }],
    },
    shards: new Map([['w.bin', new Uint8Array(weightData as ArrayBuffer)]]),
  };
}

/** The largest difference over the largest value of `truth`. */
export function relativeError(truth: ArrayLike<number>, found: ArrayLike<number>): number {
  if (truth.length !== found.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < truth.length; i++) {
    difference = Math.max(difference, Math.abs((truth[i] as number) - (found[i] as number)));
    largest = Math.max(largest, Math.abs(truth[i] as number));
  }
  return largest === 0 ? difference : difference / largest;
}
