// Knows how layers with weights are made up: some of their filters zeroed, batch norm behind them, shared kernels.
import type { FusedActivation, OpAttrs, Padding, Pair } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import { float32Tensor } from '../tensor/hostTensor.ts';
import { narrow } from '../tensor/storedForm.ts';
import type { GraphSketch, Sketched } from './graphSketch.ts';

const activations: readonly FusedActivation[] = ['relu', 'relu6', 'elu', 'leakyRelu', 'sigmoid', 'tanh'];

/** Whether a value is an image `[n, h, w, c]`. */
export function isImage(shape: Shape): boolean {
  return shape.length === 4;
}

/** A random unary function on a value. */
export function activation(sketch: GraphSketch, x: Sketched): Sketched {
  const fn = sketch.chance(0.5) ? 'relu' : sketch.pick([...activations, 'identity'] as const);
  return sketch.node('unary', [x], { fn: fn === 'none' ? 'relu' : fn, alpha: fn === 'leakyRelu' ? 0.25 : 0 });
}

/** Batch norm with a shift everywhere and, now and then, scales of zero. */
export function batchNorm(sketch: GraphSketch, x: Sketched): Sketched {
  const size = [x.shape.at(-1) as number];
  const dead = sketch.chance(0.3) ? 0.4 : 0;
  const vector = (fill: () => number): Sketched =>
    sketch.weight(float32Tensor(size, Float32Array.from({ length: size[0] as number }, fill)));
  const { rng } = sketch;
  const gamma = vector(() => (sketch.chance(dead) ? 0 : 0.5 + rng.next()));
  const beta = vector(() => rng.normal() * 0.5 + 0.125);
  const mean = vector(() => rng.normal() * 0.3);
  const variance = vector(() => 0.5 + rng.next());
  return sketch.node('batchNorm', [x, gamma, beta, mean, variance], { epsilon: 0.001 });
}

/** A convolution, plain or depthwise, or a dense layer, and what usually follows it. */
export function weightedBlock(sketch: GraphSketch, x: Sketched, filters?: number): Sketched {
  const outs = filters ?? sketch.between(1, 8);
  const depthwise = filters === undefined && isImage(x.shape) && sketch.chance(0.25);
  const layer = isImage(x.shape) ? convolution(sketch, x, outs, depthwise) : dense(sketch, x, outs);
  let y = layer;
  if (sketch.chance(0.2)) {
    const bias = sketch.normal(sketch.pick([[y.shape.at(-1) as number], [1, y.shape.at(-1) as number]]), 0.5);
    y = sketch.node('binary', sketch.chance(0.5) ? [y, bias] : [bias, y], { fn: 'add' });
  }
  if (sketch.chance(0.4)) y = batchNorm(sketch, y);
  if (sketch.chance(0.5)) y = activation(sketch, y);
  return y;
}

/** A convolution over an image, its window, stride, dilation and padding by chance. */
function convolution(sketch: GraphSketch, x: Sketched, outs: number, depthwise: boolean): Sketched {
  const [, h, w, c] = x.shape as [null, number, number, number];
  const size: Pair = [sketch.between(1, Math.min(3, h)), sketch.between(1, Math.min(3, w))];
  const roomy = h > 4 && w > 4;
  const dilations: Pair =
    roomy && sketch.chance(0.15) ? [sketch.between(1, 2), sketch.between(1, 2)] : [1, 1];
  const dilated = dilations[0] > 1 || dilations[1] > 1;
  const strides: Pair =
    !dilated && sketch.chance(0.25) ? [sketch.between(1, 2), sketch.between(1, 2)] : [1, 1];
  const pad: Padding = sketch.pick(['same', 'same', 'valid', explicitPad(sketch)]);
  const attrs: OpAttrs['conv2d'] = { strides, dilations, pad, ...fused(sketch) };
  const shape = [...size, c, depthwise ? sketch.between(1, 3) : outs];
  const kernel = kernelOf(sketch, shape, depthwise ? 1 : c);
  const bias = sketch.chance(0.5) ? [biasOf(sketch, depthwise ? c * (shape[3] as number) : outs)] : [];
  return sketch.node(depthwise ? 'depthwiseConv2d' : 'conv2d', [x, kernel, ...bias], attrs);
}

function dense(sketch: GraphSketch, x: Sketched, outs: number): Sketched {
  const features = x.shape.at(-1) as number;
  const kernel = kernelOf(sketch, [features, outs], features);
  const bias = sketch.chance(0.5) ? [biasOf(sketch, outs)] : [];
  return sketch.node('matMul', [x, kernel, ...bias], fused(sketch));
}

/** A kernel with zeroed filters and input rows, sometimes quantized; sometimes one that another layer uses already. */
export function kernelOf(sketch: GraphSketch, shape: readonly number[], fanIn: number): Sketched {
  const known = sketch.kernels.filter((kernel) => String(kernel.shape) === String(shape));
  if (known.length > 0 && sketch.chance(0.3)) return sketch.pick(known);
  const outs = shape.at(-1) as number;
  const ins = shape.at(-2) as number;
  const zeroed = sketch.chance(0.7) ? sketch.pick([0.2, 0.4, 0.7, 1]) : 0;
  const deadFilters = Array.from({ length: outs }, () => sketch.chance(zeroed));
  const unread = sketch.chance(0.25) ? 0.3 : 0;
  const deadRows = Array.from({ length: ins }, () => sketch.chance(unread));
  const area = shape.slice(0, -2).reduce((product, dim) => product * dim, 1);
  const scale = 1 / Math.sqrt(area * fanIn);
  const values = Float32Array.from({ length: area * ins * outs }, (_, at) => {
    const weight = sketch.rng.normal() * scale;
    return deadFilters[at % outs] || deadRows[Math.floor(at / outs) % ins] ? 0 : weight;
  });
  const tensor = float32Tensor(shape, values);
  const stored = sketch.chance(0.12)
    ? narrow(tensor, sketch.pick(['float16', 'uint16', 'uint8']))
    : undefined;
  const kernel = sketch.weight(stored ?? tensor);
  sketch.kernels.push(kernel);
  return kernel;
}

function biasOf(sketch: GraphSketch, size: number): Sketched {
  const zeroed = sketch.chance(0.3) ? 0.5 : 0;
  const values = Float32Array.from({ length: size }, () =>
    sketch.chance(zeroed) ? 0 : sketch.rng.normal() * 0.5,
  );
  return sketch.weight(float32Tensor([size], values));
}

function fused(sketch: GraphSketch): { readonly activation: FusedActivation; readonly alpha: number } {
  const name = sketch.chance(0.3) ? sketch.pick(activations) : 'none';
  return { activation: name, alpha: name === 'leakyRelu' ? 0.25 : 0 };
}

function explicitPad(sketch: GraphSketch): Padding {
  const side = (): readonly [number, number] => [sketch.between(0, 2), sketch.between(0, 2)];
  return [side(), side()];
}
