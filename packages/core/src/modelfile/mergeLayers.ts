// Knows the Keras layers that make one value of several.
import type { GraphNode, OpAttrs } from '../graph/graph.ts';
import { type Shape, showShape } from '../graph/ops.ts';
import { type LayerCall, type LayerRule, layerNode, misfit, scalarNode } from './layerCall.ts';

/** The layers of several inputs, by class. */
export const mergeLayers: Readonly<Record<string, LayerRule>> = {
  Add: (call, _, shapes) => chain(call, shapes, 'add'),
  Subtract: (call, _, shapes) => chain(call, shapes, 'sub'),
  Multiply: (call, _, shapes) => chain(call, shapes, 'mul'),
  Maximum: (call, _, shapes) => chain(call, shapes, 'maximum'),
  Minimum: (call, _, shapes) => chain(call, shapes, 'minimum'),
  Average: (call, _, shapes) => {
    const sum = `${call.name}/sum`;
    const share = scalarNode(`${call.name}/share`, 1 / call.inputs.length);
    return [
      ...chain({ ...call, name: sum }, shapes, 'add'),
      share,
      layerNode(call.name, 'binary', [sum, share.name], { fn: 'mul' }),
    ];
  },
  Concatenate: (call) => [
    layerNode(call.name, 'concat', call.inputs, { axis: Number(call.config['axis'] ?? -1) }),
  ],
  Dot: (call, _, shapes) => {
    const axes = [call.config['axes'] ?? -1].flat();
    const rows = shapes.every((shape) => shape.length === 2);
    if (!rows || axes.some((axis) => axis !== 1 && axis !== -1) || call.config['normalize'] === true)
      throw misfit(
        call,
        'a product of two rows of features, not normalized',
        `axes ${axes.join(', ')} of ${shapes.map(showShape).join(' and ')}`,
      );
    const product = `${call.name}/product`;
    return [
      layerNode(product, 'binary', call.inputs, { fn: 'mul' }),
      layerNode(call.name, 'reduce', [product], { fn: 'sum', axes: [1], keepDims: true }),
    ];
  },
};

/** Two or more inputs as a chain of two-input nodes; the last one has the layer's name. Inputs of fewer axes get the missing ones behind the batch. */
function chain(call: LayerCall, shapes: readonly Shape[], fn: OpAttrs['binary']['fn']): GraphNode[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const nodes: GraphNode[] = [];
  const operands = call.inputs.map((input, i) => {
    let operand = input;
    for (let axes = shapes[i]?.length ?? rank; axes < rank; axes++) {
      const wider = `${call.name}/operand${i}_of_${axes + 1}`;
      nodes.push(layerNode(wider, 'expandDims', [operand], { axis: 1 }));
      operand = wider;
    }
    return operand;
  });
  let left = operands[0] as string;
  for (const [i, right] of operands.slice(1).entries()) {
    const name = i === operands.length - 2 ? call.name : `${call.name}/${i + 1}`;
    nodes.push(layerNode(name, 'binary', [left, right], { fn }));
    left = name;
  }
  return nodes;
}
