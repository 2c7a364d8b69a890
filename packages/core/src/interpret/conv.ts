// Knows convolution by plain loops: the truth that fast kernels are compared with.
import type { GraphNode } from '../graph/graph.ts';
import { windowAxis } from '../graph/window.ts';
import { activate } from './elementwise.ts';
import { imageDims, type RealTensor, realTensor } from './realTensor.ts';

/** x `[n, h, w, in]`, kernel `[kh, kw, in, out]`, bias `[out]` → `[n, oh, ow, out]`. */
export function conv2d(
  { attrs }: GraphNode<'conv2d'>,
  x: RealTensor,
  kernel: RealTensor,
  bias?: RealTensor,
): RealTensor {
  const [n, h, w, ic] = imageDims(x);
  const [kh, kw, , oc] = imageDims(kernel);
  const rows = windowAxis(h, kh, attrs.strides[0], attrs.dilations[0], attrs.pad, 0);
  const cols = windowAxis(w, kw, attrs.strides[1], attrs.dilations[1], attrs.pad, 1);
  const out = realTensor([n, rows.out, cols.out, oc]);
  const sums = new Float64Array(oc);
  let to = 0;
  for (let b = 0; b < n; b++) {
    for (let oy = 0; oy < rows.out; oy++) {
      for (let ox = 0; ox < cols.out; ox++) {
        if (bias === undefined) sums.fill(0);
        else sums.set(bias.values);
        for (let ky = 0; ky < kh; ky++) {
          const iy = oy * attrs.strides[0] + ky * attrs.dilations[0] - rows.before;
          if (iy < 0 || iy >= h) continue;
          for (let kx = 0; kx < kw; kx++) {
            const ix = ox * attrs.strides[1] + kx * attrs.dilations[1] - cols.before;
            if (ix < 0 || ix >= w) continue;
            const from = ((b * h + iy) * w + ix) * ic;
            let at = (ky * kw + kx) * ic * oc;
            for (let i = 0; i < ic; i++) {
              const value = x.values[from + i] as number;
              for (let o = 0; o < oc; o++) {
                sums[o] = (sums[o] as number) + value * (kernel.values[at++] as number);
              }
            }
          }
        }
        for (let o = 0; o < oc; o++)
          out.values[to++] = activate(attrs.activation, attrs.alpha, sums[o] as number);
      }
    }
  }
  return out;
}

/** x `[n, h, w, c]`, kernel `[kh, kw, c, multiplier]`, bias `[c · multiplier]` → `[n, oh, ow, c · multiplier]`. */
export function depthwiseConv2d(
  { attrs }: GraphNode<'depthwiseConv2d'>,
  x: RealTensor,
  kernel: RealTensor,
  bias?: RealTensor,
): RealTensor {
  const [n, h, w, c] = imageDims(x);
  const [kh, kw, , multiplier] = imageDims(kernel);
  const rows = windowAxis(h, kh, attrs.strides[0], attrs.dilations[0], attrs.pad, 0);
  const cols = windowAxis(w, kw, attrs.strides[1], attrs.dilations[1], attrs.pad, 1);
  const out = realTensor([n, rows.out, cols.out, c * multiplier]);
  let to = 0;
  for (let b = 0; b < n; b++) {
    for (let oy = 0; oy < rows.out; oy++) {
      for (let ox = 0; ox < cols.out; ox++) {
        for (let o = 0; o < c * multiplier; o++) {
          const i = Math.floor(o / multiplier);
          let sum = bias?.values[o] ?? 0;
          for (let ky = 0; ky < kh; ky++) {
            const iy = oy * attrs.strides[0] + ky * attrs.dilations[0] - rows.before;
            if (iy < 0 || iy >= h) continue;
            for (let kx = 0; kx < kw; kx++) {
              const ix = ox * attrs.strides[1] + kx * attrs.dilations[1] - cols.before;
              if (ix < 0 || ix >= w) continue;
              const value = x.values[((b * h + iy) * w + ix) * c + i] as number;
              sum += value * (kernel.values[(ky * kw + kx) * c * multiplier + o] as number);
            }
          }
          out.values[to++] = activate(attrs.activation, attrs.alpha, sum);
        }
      }
    }
  }
  return out;
}

/** x `[…, in]`, kernel `[in, out]`, bias `[out]` → `[…, out]`. */
export function matMul(
  { attrs }: GraphNode<'matMul'>,
  x: RealTensor,
  kernel: RealTensor,
  bias?: RealTensor,
): RealTensor {
  const [ic, oc] = kernel.shape as unknown as [number, number];
  const out = realTensor([...x.shape.slice(0, -1), oc]);
  for (let row = 0; row * ic < x.values.length; row++) {
    for (let o = 0; o < oc; o++) {
      let sum = bias?.values[o] ?? 0;
      for (let i = 0; i < ic; i++) {
        sum += (x.values[row * ic + i] as number) * (kernel.values[i * oc + o] as number);
      }
      out.values[row * oc + o] = activate(attrs.activation, attrs.alpha, sum);
    }
  }
  return out;
}
