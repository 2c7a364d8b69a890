// Knows how a saved model of either tfjs format runs on tfjs, just as a user's own code would load it.
import { AsfpError, describeError, type Feeds, type ModelFiles, readModelJson } from '@asfp/core';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel, Sequential } from '@tensorflow/tfjs-layers';

/** A model that answers; on the backend that is tfjs's current one. */
export interface Predictor {
  /** The shape of its first input, null where it is open. */
  readonly inputShape: readonly (number | null)[];
  /** `[n, …]` of the first input's shape → the values of the first output, row after row. */
  readonly predict: (values: Float32Array, count: number) => Promise<Float32Array>;
  /** Feeds by the names of the inputs → every output, in the order of the file. Throws what tfjs throws. */
  readonly run: (feeds: Feeds) => Promise<readonly Answer[]>;
  readonly dispose: () => void;
}

/** One output of a run. */
export interface Answer {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
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
    if (format === 'layers-model') {
      const model = await loadLayersModel(handler);
      // A Sequential knows its inputs only once it has been built.
      if (model instanceof Sequential) model.build();
      return predictorOf(model, async (tensors) => {
        const inputs = model.inputNames.map((name) => tensors[name] as tf.Tensor);
        return tf.tidy(() => model.predictOnBatch(inputs));
      });
    }
    const model = await loadGraphModel(handler);
    return predictorOf(model, (tensors) => runGraphModel(model, tensors, outputNames(signature)));
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

/** The tensors that a signature names as outputs, in its order; undefined where a file has none. */
function outputNames(signature: object | undefined): string[] | undefined {
  const outputs = (signature as { readonly outputs?: Readonly<Record<string, { readonly name: string }>> })
    ?.outputs;
  return outputs === undefined ? undefined : Object.values(outputs).map(({ name }) => name);
}

/** Runs a GraphModel at once, or step by step where its sizes are known no earlier than its values. */
async function runGraphModel(
  model: GraphModel,
  tensors: tf.NamedTensorMap,
  outputs: string[] | undefined,
): Promise<tf.Tensor | tf.Tensor[]> {
  try {
    return tf.tidy(() => model.execute(tensors, outputs));
  } catch (cause) {
    if (!/executeAsync|dynamic op/.test(describeError(cause))) throw cause;
    return model.executeAsync(tensors, outputs);
  }
}

type NamedRun = (tensors: tf.NamedTensorMap) => Promise<tf.Tensor | tf.Tensor[]>;

async function runFeeds(model: GraphModel | LayersModel, feeds: Feeds, run: NamedRun): Promise<Answer[]> {
  const types = new Map(model.inputs.map(({ name, dtype }) => [name.replace(/:0$/, ''), dtype]));
  const tensors = Object.fromEntries(
    Object.entries(feeds).map(([name, { shape, values }]) => {
      const dtype = types.get(name) === 'int32' || types.get(name) === 'bool' ? types.get(name) : 'float32';
      return [name, tf.tensor(Float32Array.from(values), [...shape], dtype)];
    }),
  );
  try {
    const results = [await run(tensors)].flat();
    try {
      return await Promise.all(
        results.map(async (result) => ({ shape: result.shape, values: await result.data() })),
      );
    } finally {
      tf.dispose(results);
    }
  } finally {
    tf.dispose(tensors);
  }
}

function predictorOf(model: GraphModel | LayersModel, run: NamedRun): Predictor {
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
    run: (feeds) => runFeeds(model, feeds, run),
    dispose: () => {
      model.dispose();
    },
  };
}
