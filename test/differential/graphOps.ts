// Knows every op that tfjs-converter runs: a node of each that is read, and which are refused; all others are walls.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A constant input: whole numbers, or as many random ones as a shape has. */
export type Constant = { readonly ints: readonly number[] | number } | { readonly floats: readonly number[] };

/** A node of one op: what it reads, `x` being an image `[2, 6, 6, 3]` of positive and negative numbers, `p` one of positive ones, `m` rows `[2, 3]`; and its attributes. */
export interface OpExample {
  readonly inputs: readonly ('x' | 'p' | 'm' | Constant)[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

const floats = (...shape: number[]): Constant => ({ floats: shape });
const ints = (...values: number[]): Constant => ({ ints: values });
const int = (value: number): Constant => ({ ints: value });
const list = (...values: number[]): unknown => ({ list: { i: values.map(String) } });
const text = (value: string): string => Buffer.from(value).toString('base64');
const same = { strides: list(1, 1, 2, 1), padding: { s: text('SAME') }, dilations: list(1, 1, 1, 1) };
const window = { ...same, strides: list(1, 2, 2, 1), ksize: list(1, 2, 3, 1) };
const fused = (...ops: string[]): Readonly<Record<string, unknown>> => ({
  fused_ops: { list: { s: ops.map(text) } },
  num_args: { i: String(ops.includes('Prelu') ? 2 : 1) },
  epsilon: { f: 0 },
  leakyrelu_alpha: { f: 0.3 },
});
const one = (x: 'x' | 'p' = 'x'): OpExample[] => [{ inputs: [x] }];
const two: OpExample[] = [{ inputs: ['x', 'p'] }, { inputs: ['x', floats(3)] }];
const axes = { inputs: ['x', ints(1, 2)], attr: { keep_dims: { b: true } } } as const;
const norm: OpExample[] = [
  { inputs: ['x', floats(3), floats(3), floats(3), floats(3)] },
  { inputs: ['x', floats(3), floats(3), floats(3), floats(3)], attr: { epsilon: { f: 0.25 } } },
];

/** The ops that are read, with nodes that are held against plain tfjs. */
export const readOps: Readonly<Record<string, readonly OpExample[]>> = {
  Abs: one(),
  Add: two,
  AddN: [{ inputs: ['x', 'p', 'x'], attr: { N: { i: '3' } } }],
  AddV2: two,
  AvgPool: [{ inputs: ['x'], attr: window }],
  BiasAdd: [{ inputs: ['x', floats(3)] }],
  ClipByValue: [{ inputs: ['x', int(-1), int(1)] }],
  Concat: [{ inputs: [int(3), 'x', 'p'], attr: { N: { i: '2' } } }],
  ConcatV2: [{ inputs: ['x', 'p', int(-1)], attr: { N: { i: '2' } } }],
  Conv2D: [
    { inputs: ['x', floats(3, 3, 3, 4)], attr: same },
    {
      inputs: ['x', floats(3, 2, 3, 4)],
      attr: { ...same, padding: { s: text('EXPLICIT') }, explicit_paddings: list(0, 0, 1, 2, 0, 1, 0, 0) },
    },
  ],
  Conv2DBackpropInput: [
    {
      inputs: [ints(2, 12, 12, 4), floats(3, 3, 4, 3), 'x'],
      attr: { ...same, strides: list(1, 2, 2, 1) },
    },
  ],
  DepthToSpace: [
    {
      inputs: [{ floats: [1, 2, 2, 8] }],
      attr: { block_size: { i: '2' }, data_format: { s: text('NHWC') } },
    },
  ],
  DepthwiseConv2d: [{ inputs: ['x', floats(3, 3, 3, 2)], attr: { ...same, strides: list(1, 2, 2, 1) } }],
  DepthwiseConv2dNative: [
    {
      inputs: ['x', floats(3, 3, 3, 2)],
      attr: { ...same, strides: list(1, 1, 1, 1), dilations: list(1, 2, 2, 1) },
    },
  ],
  Div: two,
  Elu: one(),
  Erf: one(),
  Exp: one(),
  ExpandDims: [{ inputs: ['x', int(-2)] }],
  FusedBatchNorm: norm,
  FusedBatchNormV2: norm,
  FusedBatchNormV3: norm,
  FusedDepthwiseConv2dNative: [
    {
      inputs: ['x', floats(3, 3, 3, 1), floats(3)],
      attr: { ...same, strides: list(1, 1, 1, 1), ...fused('BiasAdd', 'Relu6') },
    },
    {
      inputs: ['x', floats(3, 3, 3, 1), floats(3), floats(3)],
      attr: { ...same, strides: list(1, 1, 1, 1), ...fused('BiasAdd', 'Prelu') },
    },
  ],
  Gather: [{ inputs: ['x', ints(1, 0, 1)] }],
  GatherV2: [{ inputs: ['x', ints(2, 0), int(3)] }],
  Identity: one(),
  LeakyRelu: [{ inputs: ['x'] }, { inputs: ['x'], attr: { alpha: { f: 0.4 } } }],
  Log: one('p'),
  MatMul: [{ inputs: ['m', floats(3, 4)] }],
  Max: [axes, { inputs: ['x', ints(-1)] }],
  MaxPool: [{ inputs: ['x'], attr: window }],
  Maximum: two,
  Mean: [axes, { inputs: ['x', ints(1, 2)] }],
  Min: [axes],
  Minimum: two,
  MirrorPad: [{ inputs: ['x', { ints: [0, 0, 1, 2, 0, 1, 0, 0] }], attr: { mode: { s: text('REFLECT') } } }],
  Mul: two,
  Neg: one(),
  Pad: [{ inputs: ['x', { ints: [0, 0, 1, 2, 0, 1, 1, 0] }] }],
  PadV2: [{ inputs: ['x', { ints: [0, 0, 1, 2, 0, 1, 1, 0] }, { floats: [] }] }],
  Pow: [{ inputs: ['p', floats(3)] }],
  Prelu: [{ inputs: ['x', floats(3)] }, { inputs: ['x', floats(6, 1, 3)] }],
  RealDiv: two,
  Reciprocal: one('p'),
  Relu: one(),
  Relu6: one(),
  Reshape: [{ inputs: ['x', ints(-1, 18, 6)] }],
  ResizeBilinear: [{ inputs: ['x', ints(9, 4)], attr: { half_pixel_centers: { b: true } } }],
  ResizeNearestNeighbor: [{ inputs: ['x', ints(12, 3)], attr: { align_corners: { b: true } } }],
  Rsqrt: one('p'),
  Selu: one(),
  Sigmoid: one(),
  Slice: [{ inputs: ['x', ints(0, 1, 0, 1), ints(-1, 3, -1, 2)] }],
  Snapshot: one(),
  Softmax: [{ inputs: ['m'] }, { inputs: ['x'] }],
  Softplus: one(),
  Split: [{ inputs: [int(3), 'x'], attr: { num_split: { i: '3' } } }],
  SplitV: [{ inputs: ['x', ints(1, 2), int(-1)] }],
  Sqrt: one('p'),
  Square: one(),
  SquaredDifference: two,
  Squeeze: [{ inputs: [{ floats: [2, 1, 1, 3] }], attr: { squeeze_dims: list(1, 2) } }],
  StopGradient: one(),
  StridedSlice: [
    {
      inputs: ['x', ints(0, 1, 2, 0), ints(0, 4, 3, 2), ints(1, 1, 1, 1)],
      attr: { begin_mask: { i: '1' }, end_mask: { i: '1' }, shrink_axis_mask: { i: '4' } },
    },
  ],
  Sub: two,
  Sum: [axes, { inputs: ['x', ints(1, 2, 3)] }],
  Tanh: one(),
  Transpose: [{ inputs: ['x', ints(0, 2, 3, 1)] }],
  _FusedConv2D: [
    { inputs: ['x', floats(3, 3, 3, 4), floats(4)], attr: { ...same, ...fused('BiasAdd') } },
    { inputs: ['x', floats(3, 3, 3, 4), floats(4)], attr: { ...same, ...fused('BiasAdd', 'Elu') } },
    { inputs: ['x', floats(3, 3, 3, 4), floats(4)], attr: { ...same, ...fused('BiasAdd', 'LeakyRelu') } },
    {
      inputs: ['x', floats(3, 3, 3, 4), floats(4), floats(4)],
      attr: { ...same, ...fused('BiasAdd', 'Prelu') },
    },
  ],
  _FusedMatMul: [
    { inputs: ['m', floats(3, 4), floats(4)], attr: fused('BiasAdd', 'LeakyRelu') },
    { inputs: ['m', floats(3, 4), floats(4)], attr: fused('BiasAdd', 'Sigmoid') },
    { inputs: ['m', floats(3, 4), floats(4), floats(4)], attr: fused('BiasAdd', 'Prelu') },
  ],
};

/** Ops that decide while the model runs which others run, or that keep state. */
export const refusedOps: RegExp =
  /^(Switch|Merge|Enter|Exit|NextIteration|LoopCond|While|StatelessWhile|If|StatelessIf|EmptyTensorList|TensorList.*|TensorArray.*|HashTable.*|LookupTable.*|InitializeTable.*)$/;

/** Names of all ops that tfjs-converter has. */
export function converterOps(): string[] {
  const door = createRequire(import.meta.url).resolve('@tensorflow/tfjs-converter/package.json');
  const folder = join(dirname(door), 'dist/operations/op_list');
  return readdirSync(folder)
    .filter((file) => /^[a-z_]+\.js$/.test(file))
    .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/'tfOpName': '([^']+)'/g)])
    .map(([, name]) => name as string);
}
