// Knows how tfjs files store a tensor in fewer bytes: half-precision floats, or integers with a scale and a minimum.
import { fromFloat16, toFloat16 } from './float16.ts';
import type { HostTensor } from './hostTensor.ts';

/** Names of the forms, as `quantization.dtype` has them. */
export type StoredType = 'float16' | 'uint16' | 'uint8';

/** Stored numbers; an integer q stands for q · scale + min, a float16 (whose scale is 1 and min 0) for itself. */
export interface StoredForm {
  readonly dtype: StoredType;
  readonly scale: number;
  readonly min: number;
  readonly values: Uint8Array | Uint16Array;
}

/** Bytes of one stored number. */
export const storedBytes: Readonly<Record<StoredType, number>> = { float16: 2, uint16: 2, uint8: 1 };

/** The numbers that a stored form stands for, exactly as tfjs works them out: in float64, then rounded to the type. */
export function widen(stored: StoredForm, dtype: 'float32' | 'int32'): Float32Array | Int32Array {
  const { values, scale, min } = stored;
  if (dtype === 'int32') return Int32Array.from(values, (q) => Math.round(q * scale + min));
  const wide = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const q = values[i] as number;
    wide[i] = stored.dtype === 'float16' ? fromFloat16(q) : q * scale + min;
  }
  return wide;
}

/**
 * A float32 tensor in a narrower form, with the values that this form stands for; undefined where a number would
 * become infinite (float16) or is not finite (integers). The integers span the tensor's range, and where zero lies
 * in it, zero stays exactly zero.
 */
export function narrow(tensor: HostTensor, to: StoredType): HostTensor | undefined {
  const stored = to === 'float16' ? halves(tensor.values) : integers(tensor.values, to);
  return stored && { dtype: 'float32', shape: tensor.shape, values: widen(stored, 'float32'), stored };
}

/** The stored number that stands for exactly zero; undefined where none does. */
export function storedZero(stored: StoredForm): number | undefined {
  if (stored.dtype === 'float16') return 0;
  const q = Math.round(-stored.min / stored.scale);
  const most = stored.dtype === 'uint8' ? 255 : 65535;
  return q >= 0 && q <= most && Math.fround(q * stored.scale + stored.min) === 0 ? q : undefined;
}

function halves(values: HostTensor['values']): StoredForm | undefined {
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const half = toFloat16(values[i] as number);
    if ((half & 0x7c00) === 0x7c00) return undefined;
    bits[i] = half;
  }
  return { dtype: 'float16', scale: 1, min: 0, values: bits };
}

function integers(values: HostTensor['values'], to: 'uint16' | 'uint8'): StoredForm | undefined {
  const most = to === 'uint8' ? 255 : 65535;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) return undefined;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const Values = to === 'uint8' ? Uint8Array : Uint16Array;
  const stored = new Values(values.length);
  if (values.length === 0) return { dtype: to, scale: 1, min: 0, values: stored };
  if (low === high) return { dtype: to, scale: 1, min: low, values: stored };
  const scale = (high - low) / most;
  // Zero gets a number of its own, so that zero weights stay zero: the range moves by at most half a step.
  const min = low <= 0 && high >= 0 ? Math.round(low / scale) * scale : low;
  for (let i = 0; i < values.length; i++) {
    const q = Math.round(((values[i] as number) - min) / scale);
    stored[i] = Math.min(most, Math.max(0, q));
  }
  return { dtype: to, scale, min, values: stored };
}
