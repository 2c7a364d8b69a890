// Knows which kernels of tfjs the ops of a GraphModel need.

/** Ops that ask for no kernel of their own: constants, control flow, shapes, and what other kernels do for them. */
const WITHOUT_KERNEL: readonly string[] = [
  'Const Placeholder PlaceholderWithDefault NoOp Shape ShapeN Size Rank Print StopGradient Snapshot IdentityN',
  'FakeQuantWithMinMaxVars EnsureShape',
  'LoopCond Switch Merge Enter Exit NextIteration StatelessIf If StatelessWhile While',
  'TensorArrayV3 TensorArrayWriteV3 TensorArrayReadV3 TensorArrayGatherV3 TensorArrayScatterV3 TensorArrayConcatV3',
  'TensorArraySplitV3 TensorArraySizeV3 TensorArrayCloseV3 EmptyTensorList TensorListScatter TensorListScatterV2',
  'TensorListGather TensorListGetItem TensorListSetItem TensorListReserve TensorListFromTensor TensorListStack',
  'TensorListSplit TensorListConcat TensorListConcatV2 TensorListPopBack TensorListPushBack TensorListLength',
  'TensorListResize HashTable HashTableV2 LookupTableImport LookupTableImportV2 LookupTableFind LookupTableFindV2',
  'LookupTableSize LookupTableSizeV2 InitializeTable InitializeTableV2 Where ListDiff RandomStandardNormal',
  'RandomUniform RandomUniformInt TruncatedNormal SimpleMLCreateModelResource',
  'SimpleMLLoadModelFromPathWithHandle SimpleMLInferenceOpWithHandle',
].flatMap((line) => line.split(' '));

/** Ops whose kernel carries the same name. */
const SAME_NAME: readonly string[] = [
  'Add AddN Sub RealDiv FloorDiv Maximum Minimum Pow SquaredDifference Mod',
  'Abs Acos Acosh Asin Asinh Atan Atan2 Atanh Ceil ClipByValue Complex ComplexAbs Cos Cosh Elu Erf Exp Expm1 Floor',
  'Imag IsFinite IsInf IsNan LeakyRelu Log Log1p Neg Prelu Real Reciprocal Relu Relu6 Round Rsqrt Selu Sigmoid Sign',
  'Sin Sinh Softplus Sqrt Square Tan Tanh AvgPool MaxPool MaxPoolWithArgmax AvgPool3D MaxPool3D Conv2D',
  'Conv2DBackpropInput DepthwiseConv2dNative Conv3D Dilation2D Fill LinSpace OneHot OnesLike Range ZerosLike',
  'Multinomial NonMaxSuppressionV3 NonMaxSuppressionV4 NonMaxSuppressionV5 Unique Identity',
  'ResizeBilinear ResizeNearestNeighbor CropAndResize Equal NotEqual Greater GreaterEqual Less LessEqual LogicalAnd',
  'LogicalNot LogicalOr Select BitwiseAnd BatchMatMul Transpose Einsum FusedBatchNorm LRN Softmax Bincount',
  'DenseBincount Max Mean Min Sum All Any ArgMax ArgMin Prod Cumprod Cumsum Concat GatherV2 Reverse Slice',
  'StridedSlice Pack Unpack Tile SplitV ScatterNd GatherNd SparseToDense TensorScatterUpdate SparseFillEmptyRows',
  'SparseReshape SparseSegmentMean SparseSegmentSum FFT IFFT RaggedGather RaggedRange RaggedTensorToTensor',
  'StaticRegexReplace StringNGrams StringSplit StringToHashBucketFast Cast ExpandDims MirrorPad PadV2 Reshape',
  'SpaceToBatchND BatchToSpaceND DepthToSpace BroadcastArgs',
].flatMap((line) => line.split(' '));

/** Ops whose kernels have other names. */
const OTHER_NAME: Readonly<Record<string, readonly string[]>> = {
  AddV2: ['Add'],
  BiasAdd: ['Add'],
  Mul: ['Multiply'],
  Div: ['RealDiv'],
  DivNoNan: ['RealDiv', 'Select'],
  FloorMod: ['Mod'],
  Conv1D: ['Conv2D'],
  _FusedConv2D: ['FusedConv2D'],
  DepthwiseConv2d: ['DepthwiseConv2dNative'],
  FusedDepthwiseConv2dNative: ['FusedDepthwiseConv2D'],
  Ones: ['Fill'],
  Zeros: ['Fill'],
  NonMaxSuppressionV2: ['NonMaxSuppressionV3'],
  TopKV2: ['TopK'],
  UniqueV2: ['Unique'],
  ImageProjectiveTransformV3: ['Transform'],
  SelectV2: ['Select'],
  _FusedMatMul: ['_FusedMatMul'],
  MatMul: ['BatchMatMul'],
  BatchMatMulV2: ['BatchMatMul'],
  MatrixBandPart: ['Range', 'Select'],
  EuclideanNorm: ['Sum', 'Sqrt'],
  FusedBatchNormV2: ['FusedBatchNorm'],
  FusedBatchNormV3: ['FusedBatchNorm'],
  LogSoftmax: ['Max', 'Sub', 'Exp', 'Sum', 'Log'],
  ConcatV2: ['Concat'],
  Gather: ['GatherV2'],
  ReverseV2: ['Reverse'],
  Split: ['SplitV'],
  RFFT: ['FFT'],
  IRFFT: ['IFFT'],
  Pad: ['PadV2'],
  Squeeze: ['Reshape'],
  BroadcastTo: ['Tile'],
  // tfjs composes these two from the search kernel.
  LowerBound: ['SearchSorted'],
  UpperBound: ['SearchSorted'],
};

/** An op that cannot run, with the kernel that is missing; the kernel is null for an op that tfjs does not know. */
export interface MissingOp {
  readonly op: string;
  readonly kernel: string | null;
}

/** The kernels of one op; undefined for an op that tfjs's converter does not know. */
export function kernelsOf(op: string): readonly string[] | undefined {
  if (Object.hasOwn(OTHER_NAME, op)) return OTHER_NAME[op];
  if (SAME_NAME.includes(op)) return [op];
  return WITHOUT_KERNEL.includes(op) ? [] : undefined;
}

/** The ops among those given that cannot run where only kernels accepted by `has` are registered, in name order. */
export function missingOps(ops: Iterable<string>, has: (kernel: string) => boolean): readonly MissingOp[] {
  const missing: MissingOp[] = [];
  for (const op of [...new Set(ops)].sort()) {
    const kernels = kernelsOf(op);
    if (kernels === undefined) missing.push({ op, kernel: null });
    const lacking = kernels?.find((kernel) => !has(kernel));
    if (lacking !== undefined) missing.push({ op, kernel: lacking });
  }
  return missing;
}
