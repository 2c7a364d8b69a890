// Knows the residual networks for large images: 18, 34, 50 and 101 layers, shortcuts that project (option B).
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { apply, batchNorm, conv, pooledLogits, relu, sum } from './networkLayers.ts';

/** Blocks of the four stages, and whether a block is a bottleneck. */
export interface ResnetPlan {
  readonly blocks: readonly [number, number, number, number];
  readonly bottleneck: boolean;
}

/** Filters of the four stages; a bottleneck's last convolution has four times as many. */
const widths = [64, 128, 256, 512] as const;

/**
 * He et al. 2015, table 1, in the form called v1.5: a bottleneck's stride is in its 3×3 convolution. Takes `[n, h, w, c]`
 * images and gives logits, `[n, classes]`; convolutions without bias, padded SAME. Shortcuts that change shape are 1×1
 * convolutions, called `…_projection`.
 */
export function imagenetResnet(plan: ResnetPlan, image: SymbolicTensor, classes: number): SymbolicTensor {
  const stem = conv('stem_conv', image, { filters: widths[0], size: 7, stride: 2 });
  let x = relu('stem_relu', batchNorm('stem_bn', stem));
  const pool = tfl.layers.maxPooling2d({ name: 'stem_pool', poolSize: 3, strides: 2, padding: 'same' });
  x = apply(pool, x);
  let channels: number = widths[0];
  widths.forEach((filters, stage) => {
    const wide = plan.bottleneck ? 4 * filters : filters;
    for (let block = 0; block < (plan.blocks[stage] as number); block++) {
      const name = `stage${stage + 1}_block${block + 1}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const branch = plan.bottleneck
        ? bottleneck(name, x, filters, wide, stride)
        : plainBranch(name, x, filters, stride);
      const skipped = stride === 1 && channels === wide ? x : projection(name, x, wide, stride);
      x = relu(`${name}_relu`, sum(`${name}_add`, skipped, branch));
      channels = wide;
    }
  });
  return pooledLogits(x, classes);
}

function plainBranch(name: string, input: SymbolicTensor, filters: number, stride: number): SymbolicTensor {
  const x = relu(
    `${name}_relu1`,
    batchNorm(`${name}_bn1`, conv(`${name}_conv1`, input, { filters, stride })),
  );
  return batchNorm(`${name}_bn2`, conv(`${name}_conv2`, x, { filters }));
}

function bottleneck(
  name: string,
  input: SymbolicTensor,
  filters: number,
  wide: number,
  stride: number,
): SymbolicTensor {
  const first = conv(`${name}_conv1`, input, { filters, size: 1 });
  const x = relu(`${name}_relu1`, batchNorm(`${name}_bn1`, first));
  const second = conv(`${name}_conv2`, x, { filters, stride });
  const y = relu(`${name}_relu2`, batchNorm(`${name}_bn2`, second));
  return batchNorm(`${name}_bn3`, conv(`${name}_conv3`, y, { filters: wide, size: 1 }));
}

function projection(name: string, input: SymbolicTensor, filters: number, stride: number): SymbolicTensor {
  const projected = conv(`${name}_projection`, input, { filters, size: 1, stride });
  return batchNorm(`${name}_projection_bn`, projected);
}
