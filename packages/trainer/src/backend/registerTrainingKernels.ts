// Knows which kernels tfjs's wasm backend lacks for training, and registers ours.
import * as tf from '@tensorflow/tfjs-core';

/** Registers the kernels that training needs on the wasm backend; a second call changes nothing. */
export function registerTrainingKernels(): void {
  if (tf.getKernel('Conv2DBackpropFilter', 'wasm')) return;
  tf.registerKernel({ kernelName: 'Conv2DBackpropFilter', backendName: 'wasm', kernelFunc: conv2dBackpropFilter as unknown as tf.KernelFunc });
}

interface Heap {
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo;
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array;
}

function conv2dBackpropFilter(args: {
  inputs: tf.NamedTensorInfoMap;
  attrs: tf.Conv2DBackpropFilterAttrs;
  backend: Heap;
}): tf.TensorInfo {
  const { x, dy } = args.inputs as unknown as tf.Conv2DBackpropFilterInputs as Record<'x' | 'dy', tf.TensorInfo>;
  const { strides, pad, dimRoundingMode, filterShape } = args.attrs;
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number], filterShape, strides, 1, pad, dimRoundingMode);
  const out = args.backend.makeOutput(info.filterShape, 'float32');
  const dw = args.backend.typedArrayFromHeap(out);
  const xs = args.backend.typedArrayFromHeap(x);
  const dys = args.backend.typedArrayFromHeap(dy);
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, strideHeight, strideWidth } = info;
  for (let kh = 0; kh < info.filterHeight; kh++) {
    for (let kw = 0; kw < info.filterWidth; kw++) {
      const sums = new Float64Array(inChannels * outChannels);
      for (let n = 0; n < batchSize; n++) {
        for (let oh = 0; oh < outHeight; oh++) {
          const h = oh * strideHeight + kh - info.padInfo.top;
          if (h < 0 || h >= inHeight) continue;
          for (let ow = 0; ow < outWidth; ow++) {
            const w = ow * strideWidth + kw - info.padInfo.left;
            if (w < 0 || w >= inWidth) continue;
            const xAt = ((n * inHeight + h) * inWidth + w) * inChannels;
            const dyAt = ((n * outHeight + oh) * outWidth + ow) * outChannels;
            for (let i = 0; i < inChannels; i++) {
              const v = xs[xAt + i]!;
              for (let o = 0; o < outChannels; o++) sums[i * outChannels + o]! += v * dys[dyAt + o]!;
            }
          }
        }
      }
      dw.set(sums, (kh * info.filterWidth + kw) * inChannels * outChannels);
    }
  }
  return out;
}
