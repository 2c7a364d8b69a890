// Knows how a trained model becomes a live one that goes on learning.
import { AsfpError, type Dim, inferShapes, writeLayersModel } from '@asfp/core';
import type * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, type layers, loadLayersModel } from '@tensorflow/tfjs-layers';
import type { NetworkShape } from './networkShape.ts';
import type { TrainedModel } from './readTrained.ts';

/**
 * The live model, of standard layers, with the weights of the file. Batch norm averages with momentum 0.9; what is only there in
 * training, such as dropout, is gone. Layers that choose or scatter channels, as the compactor writes them, do not learn. Throws
 * AsfpError `from-shape` where images or classes are of another number, `layers-unsupported` for what no standard layer does.
 */
export async function buildTrained(trained: TrainedModel, shape: NetworkShape): Promise<LayersModel> {
  const { height, width, channels, classes } = shape;
  const shapes = inferShapes(trained.graph);
  const input = trained.graph.nodes.find((node) => node.op === 'input');
  const end = trained.graph.outputs[0]?.from;
  assertSize(trained, 'images of', (shapes.get(input?.name ?? '') ?? []).slice(1), [height, width, channels]);
  assertSize(trained, 'classes:', (shapes.get(end ?? '') ?? []).slice(1), [classes]);
  // An open batch, and the size of the images where that was open.
  const sized = {
    ...trained.graph,
    nodes: trained.graph.nodes.map((node) =>
      node.op === 'input'
        ? { ...node, attrs: { ...node.attrs, shape: [null, height, width, channels] } }
        : node,
    ),
  };
  const { json, shards } = writeLayersModel(sized);
  const { modelTopology, weightsManifest } = json as unknown as tf.io.ModelJSON;
  const topology = modelTopology as unknown as Topology;
  for (const { class_name, config } of topology.model_config.config.layers) {
    if (class_name === 'BatchNormalization') config['momentum'] = 0.9;
  }
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const weightData = new Uint8Array(Buffer.concat([...shards.values()])).buffer;
  const model = await loadLayersModel({ load: async () => ({ modelTopology, weightSpecs, weightData }) });
  for (const layer of model.layers) if (await choosesChannels(layer)) layer.trainable = false;
  return model;
}

interface Topology {
  readonly model_config: {
    readonly config: {
      readonly layers: readonly { readonly class_name: string; readonly config: Record<string, unknown> }[];
    };
  };
}

/** Whether every output of a 1×1 convolution or dense layer is one of its inputs, or none: nothing that was learnt looks so. */
async function choosesChannels(layer: layers.Layer): Promise<boolean> {
  if (!['Conv2D', 'Dense'].includes(layer.getClassName())) return false;
  const kernel = layer.weights[0]?.read();
  if (kernel === undefined || kernel.shape.slice(0, -2).some((extent) => extent !== 1)) return false;
  const values = await kernel.data();
  const [, outputs] = kernel.shape.slice(-2) as [number, number];
  const ones = new Uint8Array(outputs);
  let any = false;
  for (let at = 0; at < values.length; at++) {
    if (values[at] === 0) continue;
    const output = at % outputs;
    if (values[at] !== 1 || ones[output] === 1) return false;
    ones[output] = 1;
    any = true;
  }
  return any;
}

function assertSize(
  { file }: TrainedModel,
  what: string,
  found: readonly Dim[],
  expected: readonly number[],
): void {
  if (expected.every((size, i) => found[i] === size || found[i] === null)) return;
  throw new AsfpError({
    code: 'from-shape',
    where: file,
    expected: `${what} ${expected.join('×')}, as the data set has`,
    found: found.map((size) => size ?? '?').join('×'),
    cure: 'Train it on the data set that it was made for',
  });
}
