// Knows which classes of Keras layers are read, and why others are not.
import type { GraphNode } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import { activationNodes } from './layerActivation.ts';
import { type LayerCall, type LayerRule, type LayerWeights, misfit } from './layerCall.ts';
import { mergeLayers } from './mergeLayers.ts';
import { normLayers } from './normLayers.ts';
import { plainLayers } from './plainLayers.ts';
import { weightedLayers } from './weightedLayers.ts';
import { windowLayers } from './windowLayers.ts';

/** Layers that change nothing when a network is not being trained. */
const identities =
  /^(Dropout|SpatialDropout[123]D|AlphaDropout|GaussianDropout|GaussianNoise|ActivityRegularization|Random(Flip|Rotation|Zoom|Translation|Contrast|Brightness))$/;

const rules: Readonly<Record<string, LayerRule>> = {
  ...plainLayers,
  ...weightedLayers,
  ...windowLayers,
  ...normLayers,
  ...mergeLayers,
};

const reasons: Readonly<Record<string, string>> = {
  Lambda: 'It holds code: replace it by layers',
  TFOpLambda: 'It holds code: convert the model to a GraphModel',
  TensorFlowOpLayer: 'It holds a TensorFlow op: convert the model to a GraphModel',
  RandomHeight: 'tfjs-layers draws a height even when it predicts: take the layer out',
  RandomWidth: 'tfjs-layers draws a width even when it predicts: take the layer out',
  Resizing: 'tfjs-layers gives its result a shape that no layer can follow: resize before the model',
  Normalization: 'tfjs-layers has no such layer: put BatchNormalization or Rescaling in its place',
};

const elsewhere = 'In a GraphModel what is not understood is a wall: convert the model to one';

/** The nodes of one call, the constants of its weights first. Throws, naming the layer, for a class or a setting that cannot be read. */
export function layerNodes(
  call: LayerCall,
  weights: LayerWeights,
  inputShapes: readonly Shape[],
): GraphNode[] {
  if (identities.test(call.kind)) return activationNodes(call, 'linear', call.inputs, call.name);
  if (!Object.hasOwn(rules, call.kind)) {
    const reason = Object.hasOwn(reasons, call.kind) ? reasons[call.kind] : elsewhere;
    throw misfit(call, 'a layer class that can be read', call.kind, reason);
  }
  if (call.config['data_format'] === 'channels_first' || call.config['data_format'] === 'channelsFirst') {
    throw misfit(
      call,
      'channels on the last axis',
      'channels_first',
      'Convert the model to channels_last first',
    );
  }
  return (rules[call.kind] as LayerRule)(call, weights, inputShapes);
}
