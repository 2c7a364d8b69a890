// Knows the Keras layers that normalize.
import type { GraphNode, OpAttrs } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import {
  constantNode,
  type LayerCall,
  type LayerRule,
  layerNode,
  misfit,
  scalarNode,
  weightNode,
  weightOf,
} from './layerCall.ts';

/** The layers that normalize, by class. */
export const normLayers: Readonly<Record<string, LayerRule>> = {
  BatchNormalization: (call, weights, [inputShape = []]) => {
    checkLast(call, inputShape, 'batch norm');
    const variance = weightOf(call, weights, 'moving_variance');
    const filled = (value: number): HostTensor => ({
      dtype: 'float32',
      shape: variance.shape,
      values: new Float32Array(variance.values.length).fill(value),
    });
    const parts: [string, HostTensor][] = [
      ['gamma', call.config['scale'] === false ? filled(1) : weightOf(call, weights, 'gamma')],
      ['beta', call.config['center'] === false ? filled(0) : weightOf(call, weights, 'beta')],
      ['moving_mean', weightOf(call, weights, 'moving_mean')],
      ['moving_variance', variance],
    ];
    return [
      ...parts.map(([part, tensor]) => constantNode(`${call.layer}/${part}`, tensor)),
      layerNode(call.name, 'batchNorm', [...call.inputs, ...parts.map(([part]) => `${call.layer}/${part}`)], {
        epsilon: Number(call.config['epsilon'] ?? 1e-3),
      }),
    ];
  },
  // (x − mean) / √(variance + ε) · gamma + beta, over the last axis of each position.
  LayerNormalization: (call, weights, [inputShape = []]) => {
    checkLast(call, inputShape, 'layer norm');
    const part = (name: string): string => `${call.name}/${name}`;
    const parts = ['gamma', 'beta'].filter(
      (name) => call.config[name === 'gamma' ? 'scale' : 'center'] !== false,
    );
    const binary = (name: string, fn: OpAttrs['binary']['fn'], a: string, b: string): GraphNode =>
      layerNode(name, 'binary', [a, b], { fn });
    const average = (name: string, x: string): GraphNode =>
      layerNode(name, 'mean', [x], { axes: [-1], keepDims: true });
    const last = ['normal', ...parts].length - 1;
    const names = ['normal', ...parts].map((name, i) => (i === last ? call.name : part(`by_${name}`)));
    return [
      ...parts.map((name) => weightNode(call, weights, name)),
      scalarNode(part('epsilon'), Number(call.config['epsilon'] ?? 1e-3)),
      average(part('mean'), call.inputs[0] as string),
      binary(part('centred'), 'sub', call.inputs[0] as string, part('mean')),
      layerNode(part('square'), 'unary', [part('centred')], { fn: 'square', alpha: 0 }),
      average(part('variance'), part('square')),
      binary(part('raised'), 'add', part('variance'), part('epsilon')),
      layerNode(part('scale'), 'unary', [part('raised')], { fn: 'rsqrt', alpha: 0 }),
      binary(names[0] as string, 'mul', part('centred'), part('scale')),
      ...parts.map((name, i) =>
        binary(
          names[i + 1] as string,
          name === 'gamma' ? 'mul' : 'add',
          names[i] as string,
          `${call.layer}/${name}`,
        ),
      ),
    ];
  },
};

function checkLast(call: LayerCall, inputShape: Shape, what: string): void {
  const axes = [call.config['axis'] ?? -1].flat();
  const isLast = axes.length === 1 && (axes[0] === -1 || axes[0] === inputShape.length - 1);
  if (!isLast) throw misfit(call, `${what} over the last axis`, `axis ${axes.join(', ')}`);
}
