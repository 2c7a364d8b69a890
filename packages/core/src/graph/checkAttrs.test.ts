import { expect, test } from 'vitest';
import { float32Tensor, int32Tensor } from '../tensor/hostTensor.ts';
import type { Graph, GraphNode } from './graph.ts';
import { validate } from './validate.ts';

const window = { strides: [1, 1], dilations: [1, 1], pad: 'same', activation: 'none', alpha: 0 } as const;

/** A graph of one op on an image `[n, 4, 4, 4]`, with what it also reads. */
function graphOf(op: string, attrs: object, ...others: GraphNode[]): Graph {
  const nodes = [
    { name: 'x', op: 'input', inputs: [], attrs: { shape: [null, 4, 4, 4], dtype: 'float32' } },
    ...others,
    { name: 'y', op, inputs: ['x', ...others.map(({ name }) => name)], attrs },
  ] as unknown as GraphNode[];
  return { name: 'graph', nodes, outputs: [{ name: 'y', from: 'y' }], metadata: {} };
}

const kernel = (...shape: number[]): GraphNode => ({
  name: 'w',
  op: 'const',
  inputs: [],
  attrs: { tensor: float32Tensor(shape, new Float32Array(shape.reduce((a, b) => a * b, 1))) },
});
const indices = (...values: number[]): GraphNode => ({
  name: 'w',
  op: 'const',
  inputs: [],
  attrs: { tensor: int32Tensor([values.length], Int32Array.from(values)) },
});
const fill = [0, 0, 0, 0, 0];

test.each([
  ['conv2d', { ...window, strides: [1, 0] }, [kernel(3, 3, 4, 2)], 'strides of conv2d'],
  ['conv2d', { ...window, dilations: [-1, 1] }, [kernel(3, 3, 4, 2)], 'dilations of conv2d'],
  [
    'conv2d',
    {
      ...window,
      pad: [
        [0, 0],
        [-3, 0],
      ],
    },
    [kernel(3, 3, 4, 2)],
    'pad of conv2d',
  ],
  ['depthwiseConv2d', { ...window, strides: [0.5, 1] }, [kernel(3, 3, 4, 1)], 'strides of depthwiseConv2d'],
  ['maxPool', { size: [1, 2 ** 31], strides: [1, 1], pad: 'same' }, [], 'size of maxPool'],
  [
    'resize',
    { method: 'nearest', size: [0, 4], alignCorners: false, halfPixelCenters: false },
    [],
    'size of resize',
  ],
  [
    'pad',
    {
      paddings: [
        [0, 0],
        [-2, 0],
        [0, 0],
        [0, 0],
      ],
      value: 0,
    },
    [],
    'paddings of pad',
  ],
  [
    'pad',
    {
      paddings: [
        [0, 0],
        [2 ** 40, 0],
        [0, 0],
        [0, 0],
      ],
      value: 0,
    },
    [],
    'paddings of pad',
  ],
  ['slice', { begin: [0, 0, 0, -1], size: [-1, -1, -1, 1] }, [], 'begin of slice'],
  [
    'slice',
    { begin: [0, 0, 8, 0], size: [-1, -1, -1, 4] },
    [],
    'y: expected an axis of at least 8 values, found 4',
  ],
  ['transpose', { perm: [0, 2, 1, 1] }, [], 'perm of transpose: expected each axis once'],
  ['reshape', { shape: [-1, -1, 4] }, [], 'shape of reshape: expected at most one −1'],
  ['squeeze', { axes: [3] }, [], 'y: expected 1 values of a squeezed axis, found 4'],
  ['scatter', { size: 5, positions: [0, 1, 2, 8], fill }, [], 'positions of scatter'],
  ['scatter', { size: 5, positions: [0, 2, 1, 3], fill }, [], 'expected ascending, found 1 behind 2'],
  ['gather', { axis: 3 }, [indices(0, 4)], 'y: expected indices below 4, found 4'],
  ['gather', { axis: -1 }, [indices(-1)], 'y: expected indices below 4, found -1'],
  ['depthToSpace', { blockSize: 0 }, [], 'blockSize of depthToSpace'],
] as const)('%s %j is refused', (op, attrs, others, message) => {
  expect(() => validate(graphOf(op, attrs, ...(others as readonly GraphNode[])))).toThrow(message);
});

test('sizes that multiply beyond what can be counted are refused', () => {
  const nearest = { method: 'nearest', alignCorners: false, halfPixelCenters: false, size: [null, null] };
  const graph = graphOf('resize', { ...nearest, factor: [2 ** 15, 1] });
  const again = { ...(graph.nodes[1] as GraphNode), name: 'z', inputs: ['y'] } as GraphNode;
  const twice = { ...again, name: 'zz', inputs: ['z'] } as GraphNode;
  const far = { ...graph, nodes: [...graph.nodes, again, twice], outputs: [{ name: 'y', from: 'zz' }] };
  expect(() => validate(graph)).not.toThrow();
  expect(() => validate(far)).toThrow('z: expected sizes below 2³¹');
});

test('pictures that are joined agree in every other axis', () => {
  const graph = graphOf('concat', { axis: 3 }, kernel(1, 4, 3, 4));
  expect(() => validate(graph)).toThrow('y: expected 4 values of axis 2, found 3');
});
