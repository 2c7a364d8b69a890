// Knows what a graph is: nodes in an order in which every input comes before its reader.
import type { DType, HostTensor } from '../tensor/hostTensor.ts';

/** A dimension; null where it is only known when the graph runs (the batch, or the size of an image). */
export type Dim = number | null;

/** `[before, after]` rows and columns added around an image: `[[top, bottom], [left, right]]`. */
export type ExplicitPad = readonly [readonly [number, number], readonly [number, number]];

/** Padding of a window op, as TensorFlow means it. */
export type Padding = 'same' | 'valid' | ExplicitPad;

/** A pair in the order height, width. */
export type Pair = readonly [number, number];

/** Functions of one element; the ones a convolution or matmul can carry fused are `FusedActivation`. */
export type UnaryFn =
  | Exclude<FusedActivation, 'none'>
  | 'identity'
  | 'selu'
  | 'softplus'
  | 'abs'
  | 'neg'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'rsqrt'
  | 'square'
  | 'reciprocal'
  | 'erf';

/** Functions of two tensors, broadcast as in NumPy; prelu is x where x ≥ 0, else the second operand times x. */
export type BinaryFn =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'pow'
  | 'maximum'
  | 'minimum'
  | 'squaredDifference'
  | 'prelu';

/** What a convolution or matmul applies to its result before storing it. */
export type FusedActivation = 'none' | 'relu' | 'relu6' | 'elu' | 'leakyRelu' | 'sigmoid' | 'tanh';

interface WindowAttrs {
  readonly strides: Pair;
  readonly pad: Padding;
}

interface ConvAttrs extends WindowAttrs {
  readonly dilations: Pair;
  readonly activation: FusedActivation;
  /** Slope below zero of leakyRelu; 0 for every other activation. */
  readonly alpha: number;
}

/** The op kinds and their attributes; `ops.ts` holds the facts of each. */
export interface OpAttrs {
  /** A value fed at run time. */
  readonly input: {
    readonly shape: readonly Dim[];
    readonly dtype: DType;
    /** What a GraphModel's signature calls it, where that is not the node's name. */
    readonly key?: string;
  };
  /** A weight or another constant. */
  readonly const: { readonly tensor: HostTensor };
  /** x `[n, h, w, in]`, kernel `[kh, kw, in, out]`, optional bias `[out]`. */
  readonly conv2d: ConvAttrs;
  /** x `[n, h, w, c]`, kernel `[kh, kw, c, multiplier]`, optional bias `[c · multiplier]`. */
  readonly depthwiseConv2d: ConvAttrs;
  /** The gradient of a convolution: x `[n, h, w, in]`, kernel `[kh, kw, out, in]` → `[n, …size, out]`. */
  readonly convTranspose2d: {
    readonly strides: Pair;
    readonly pad: 'same' | 'valid';
    /** Height and width of the result; null where the input's are only known at run time, then the smallest that fits. */
    readonly size: readonly [Dim, Dim];
  };
  /** x `[…, in]`, kernel `[in, out]`, optional bias `[out]`. */
  readonly matMul: { readonly activation: FusedActivation; readonly alpha: number };
  /** x `[…, c]`, gamma, beta, mean, variance, each `[c]`; in inference form. */
  readonly batchNorm: { readonly epsilon: number };
  readonly unary: { readonly fn: UnaryFn; readonly alpha: number };
  readonly binary: { readonly fn: BinaryFn };
  readonly softmax: Record<never, never>;
  readonly maxPool: WindowAttrs & { readonly size: Pair };
  /** Positions outside the image are not counted, as in TensorFlow. */
  readonly avgPool: WindowAttrs & { readonly size: Pair };
  readonly mean: { readonly axes: readonly number[]; readonly keepDims: boolean };
  /** Like mean, with another function. */
  readonly reduce: {
    readonly fn: 'sum' | 'max' | 'min';
    readonly axes: readonly number[];
    readonly keepDims: boolean;
  };
  /** x `[n, h, w, c]` → `[n, …size, c]`, as TensorFlow's ResizeBilinear and ResizeNearestNeighbor do it. */
  readonly resize: {
    readonly method: 'bilinear' | 'nearest';
    /** Height and width of the result; null where it is the input's times `factor`. */
    readonly size: readonly [Dim, Dim];
    /** Whole numbers; for axes whose `size` is null. */
    readonly factor?: Pair;
    readonly alignCorners: boolean;
    readonly halfPixelCenters: boolean;
  };
  /** `size` values of each axis from `begin` on; a size of −1 goes to the end. */
  readonly slice: { readonly begin: readonly number[]; readonly size: readonly number[] };
  /** Takes out axes of size 1. */
  readonly squeeze: { readonly axes: readonly number[] };
  /** Puts in an axis of size 1; a negative one counts from the result's end. */
  readonly expandDims: { readonly axis: number };
  /** `[n, h, w, b · b · c]` → `[n, h · b, w · b, c]`. */
  readonly depthToSpace: { readonly blockSize: number };
  /** A frame of mirrored values; reflect leaves the edge itself out. */
  readonly mirrorPad: {
    readonly paddings: readonly (readonly [number, number])[];
    readonly mode: 'reflect' | 'symmetric';
  };
  /** One `[before, after]` for each axis. */
  readonly pad: { readonly paddings: readonly (readonly [number, number])[]; readonly value: number };
  readonly transpose: { readonly perm: readonly number[] };
  /** At most one −1; a 0 is a literal 0. */
  readonly reshape: { readonly shape: readonly number[] };
  readonly concat: { readonly axis: number };
  /**
   * x `[…, k]` → `[…, size]`: channel i of x goes to `positions[i]` (ascending), every other channel is `fill`.
   * The way back from a cut branch into a wider stream; it moves values and computes nothing.
   */
  readonly scatter: {
    readonly size: number;
    readonly positions: readonly number[];
    /** One value a channel of the result; 0 at the positions. */
    readonly fill: readonly number[];
  };
  /** x, and int32 indices of rank 1. */
  readonly gather: { readonly axis: number };
  /** A TensorFlow op that is not understood: it goes through unchanged, and nobody but tfjs can run it. */
  readonly opaque: { readonly kind: string; readonly attr: Readonly<Record<string, unknown>> };
  /** A further result of an opaque node; its name is that node's with `:index`. */
  readonly part: { readonly index: number };
}

/** Name of an op kind. */
export type OpKind = keyof OpAttrs;

/** One operation; each op has one output, which is called by the node's name. */
export type GraphNode<K extends OpKind = OpKind> = {
  readonly [P in K]: {
    readonly name: string;
    readonly op: P;
    readonly inputs: readonly string[];
    readonly attrs: OpAttrs[P];
  };
}[K];

/** A named result of the graph: `name` is what the user calls it, `from` the node it comes from. */
export interface GraphOutput {
  readonly name: string;
  readonly from: string;
}

/** A network in inference form; images are `[n, h, w, c]`. */
export interface Graph {
  readonly name: string;
  /** Every node stands after the nodes it reads. */
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly GraphOutput[];
  /** What the model file says about itself (`userDefinedMetadata`), carried along unread. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The node kinds that carry a window over an image. */
export type ConvNode = GraphNode<'conv2d' | 'depthwiseConv2d'>;
