// Knows how a saved model of either tfjs format runs on tfjs, just as a user's own code would load it.
import { AsfpError, describeError, type ModelFiles, readModelJson } from '@asfp/core';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';

/** A model that answers; on the backend that is tfjs's current one. */
export interface Predictor {
  /** The shape of its first input, null where it is open. */
  readonly inputShape: readonly (number | null)[];
  /** `[n, …]` of the first input's shape → the values of the first output, row after row. */
  readonly predict: (values: Float32Array, count: number) => Promise<Float32Array>;
  readonly dispose: () => void;
}

/** Loads a model into plain tfjs (tfjs-layers or tfjs-converter); `where` names it in errors. Throws AsfpError `model-broken`. */
export async function openPredictor(files: ModelFiles, where: string): Promise<Predictor> {
  const { format, weightsManifest } = readModelJson(files.json, where);
  const shards = weightsManifest.flatMap((group) => group.paths.map((path) => files.shards.get(path)));
  const weightData = new Uint8Array(Buffer.concat(shards.filter((shard) => shard !== undefined))).buffer;
  const { modelTopology, signature } = files.json as tf.io.ModelJSON;
  const artifacts: tf.io.ModelArtifacts = {
    modelTopology,
    weightSpecs: weightsManifest.flatMap((group) => [...group.weights]) as tf.io.WeightsManifestEntry[],
    weightData,
    ...(signature === undefined ? {} : { signature }),
  };
  try {
    const handler: tf.io.IOHandler = { load: async () => artifacts };
    return predictorOf(
      format === 'graph-model' ? await loadGraphModel(handler) : await loadLayersModel(handler),
    );
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'model-broken',
        where,
        expected: 'a model that tfjs can build, and weights of its shapes',
        found: describeError(cause).split('\n')[0] ?? 'an error',
        cure: 'Take the whole folder as it was written',
      },
      { cause },
    );
  }
}

function predictorOf(model: GraphModel | LayersModel): Predictor {
  const declared =
    (model.inputs[0] as { readonly shape?: readonly (number | null)[] } | undefined)?.shape ?? [];
  const inputShape = declared.map((dim) => (dim === -1 ? null : dim));
  return {
    inputShape,
    predict: async (values, count) => {
      const output = tf.tidy(() => {
        const result = model.predict(tf.tensor(values, [count, ...(inputShape.slice(1) as number[])]));
        return (Array.isArray(result) ? result[0] : result) as tf.Tensor;
      });
      try {
        return await output.data<'float32'>();
      } finally {
        output.dispose();
      }
    },
    dispose: () => {
      model.dispose();
    },
  };
}
