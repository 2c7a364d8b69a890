// Knows what a live model is made of, as tfjs would save it, and as a graph.
import { assertInternal, type Graph, readModel } from '@asfp/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Topology, weight specs and weights, as tfjs saves them. */
export async function modelArtifacts(model: LayersModel): Promise<tf.io.ModelArtifacts> {
  let taken: tf.io.ModelArtifacts | undefined;
  await model.save({
    save: async (artifacts) => {
      taken = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  assertInternal(taken, 'a model was saved and nothing came');
  return taken;
}

/** All weights in one piece. */
export function weightBytes({ weightData }: tf.io.ModelArtifacts): Uint8Array {
  const buffers = weightData === undefined ? [] : Array.isArray(weightData) ? weightData : [weightData];
  return Buffer.concat(buffers.map((buffer) => new Uint8Array(buffer)));
}

/** The graph of a live model in inference form, with the weights of now; a kernel is called after its layer, `stem_conv/kernel`. */
export async function modelGraph(model: LayersModel): Promise<Graph> {
  const artifacts = await modelArtifacts(model);
  const json = {
    format: 'layers-model',
    modelTopology: artifacts.modelTopology,
    weightsManifest: [{ paths: ['weights'], weights: artifacts.weightSpecs }],
  };
  return readModel({ json, shards: new Map([['weights', weightBytes(artifacts)]]) }, model.name);
}
