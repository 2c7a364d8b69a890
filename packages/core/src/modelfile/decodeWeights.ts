// Knows which bytes of the weight files are which weight, and how they become tensors; it checks every length before it takes memory.
import { AsfpError } from '../errors.ts';
import { bytesPerElement, type DType, type HostTensor, sizeOf } from '../tensor/hostTensor.ts';
import { type StoredForm, type StoredType, storedBytes, widen } from '../tensor/storedForm.ts';
import type { ModelJson, WeightGroup, WeightSpec } from './manifest.ts';

type Shards = ReadonlyMap<string, Uint8Array>;

/** What a manifest entry says about its bytes; a text has no length of its own. */
type Layout =
  | { readonly kind: 'plain'; readonly dtype: DType; readonly bytes: number }
  | {
      readonly kind: 'stored';
      readonly dtype: 'float32' | 'int32';
      readonly form: Omit<StoredForm, 'values'>;
      readonly bytes: number;
    }
  | { readonly kind: 'text' };

/**
 * The weights by name; quantized ones keep their stored form, texts are left out. Throws AsfpError `shard-missing`,
 * `shard-length` or `weights-type`.
 */
export function decodeWeights(model: ModelJson, shards: Shards, where: string): Map<string, HostTensor> {
  const weights = new Map<string, HostTensor>();
  for (const group of model.weightsManifest) {
    const layouts = group.weights.map((spec) => layoutOf(spec, where));
    const bytes = groupBytes(group, layouts, shards, where);
    let at = 0;
    for (const [i, spec] of group.weights.entries()) {
      const layout = layouts[i] as Layout;
      if (layout.kind === 'text') {
        at = afterTexts(spec, bytes, at, where);
        continue;
      }
      // A copy: its first byte is where a typed array may begin, wherever the weight lies in the file.
      weights.set(spec.name, tensorOf(layout, spec.shape, bytes.slice(at, at + layout.bytes)));
      at += layout.bytes;
    }
    if (at !== bytes.length) throw wrongLength(group, where, `${at} bytes`, bytes);
  }
  return weights;
}

/** Bytes that the files of a group must hold; undefined where texts leave it open. Throws AsfpError `weights-type`. */
export function groupSize(group: WeightGroup, where: string): number | undefined {
  let sum = 0;
  for (const spec of group.weights) {
    const layout = layoutOf(spec, where);
    if (layout.kind === 'text') return undefined;
    sum += layout.bytes;
  }
  return sum;
}

function layoutOf(spec: WeightSpec, where: string): Layout {
  const { dtype, quantization, shape } = spec;
  const refused = (found: string, cure?: string): AsfpError =>
    new AsfpError({
      code: 'weights-type',
      where: `${where}, weight ${spec.name}`,
      expected: 'float32, int32 or bool, plain or quantized to float16, uint16 or uint8',
      found,
      ...(cure === undefined ? {} : { cure }),
    });
  if (quantization === undefined) {
    if (dtype === 'string') return { kind: 'text' };
    if (!Object.hasOwn(bytesPerElement, dtype)) throw refused(dtype);
    const plain = dtype as DType;
    return { kind: 'plain', dtype: plain, bytes: sizeOf(shape) * bytesPerElement[plain] };
  }
  const { dtype: type, scale = 1, min = 0 } = (quantization ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof type !== 'string' || !Object.hasOwn(storedBytes, type))
    throw refused(`quantized values of type ${JSON.stringify(type)?.slice(0, 40)}`);
  const bytes = sizeOf(shape) * storedBytes[type as StoredType];
  if (type === 'float16') {
    if (dtype !== 'float32') throw refused(`${dtype} as float16`);
    return { kind: 'stored', dtype, form: { dtype: type, scale: 1, min: 0 }, bytes };
  }
  if (dtype !== 'float32' && dtype !== 'int32') throw refused(`${dtype} as ${type}`);
  const given = quantization as object;
  if (!('scale' in given && 'min' in given && Number.isFinite(scale) && Number.isFinite(min)))
    throw refused(`${type} without a scale and a min`, 'Convert the model again');
  const form = { dtype: type as StoredType, scale: scale as number, min: min as number };
  return { kind: 'stored', dtype, form, bytes };
}

function tensorOf(
  layout: Exclude<Layout, { kind: 'text' }>,
  shape: readonly number[],
  bytes: Uint8Array<ArrayBuffer>,
): HostTensor {
  if (layout.kind === 'stored') {
    const values = layout.form.dtype === 'uint8' ? bytes : new Uint16Array(bytes.buffer);
    const stored: StoredForm = { ...layout.form, values };
    return { dtype: layout.dtype, shape, values: widen(stored, layout.dtype), stored };
  }
  const { dtype } = layout;
  if (dtype === 'bool') return { dtype, shape, values: bytes };
  const Values = dtype === 'float32' ? Float32Array : Int32Array;
  return { dtype, shape, values: new Values(bytes.buffer) };
}

/** Where a weight of texts ends: each text has its length, of four bytes, before it. */
function afterTexts(spec: WeightSpec, bytes: Uint8Array, start: number, where: string): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  const count = sizeOf(spec.shape);
  for (let i = 0; i < count; i++) {
    const next = at + 4 <= bytes.length ? at + 4 + view.getUint32(at, true) : Number.POSITIVE_INFINITY;
    if (next > bytes.length) {
      throw new AsfpError({
        code: 'shard-length',
        where: `${where}, weight ${spec.name}`,
        expected: `${count} texts`,
        found: `the end of the file in text ${i + 1}`,
        cure: 'The file is cut short or belongs to another model: copy it again',
      });
    }
    at = next;
  }
  return at;
}

function groupBytes(
  group: WeightGroup,
  layouts: readonly Layout[],
  shards: Shards,
  where: string,
): Uint8Array {
  const parts = group.paths.map((path) => {
    const part = shards.get(path);
    if (part === undefined) {
      throw new AsfpError({
        code: 'shard-missing',
        where,
        expected: `its weight file ${path}`,
        found: 'none',
      });
    }
    return part;
  });
  const wanted = layouts.reduce((sum, layout) => sum + (layout.kind === 'text' ? 0 : layout.bytes), 0);
  const found = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const open = layouts.some(({ kind }) => kind === 'text');
  if (open ? wanted > found : wanted !== found) {
    throw wrongLength(group, where, open ? `at least ${wanted} bytes` : `${wanted} bytes`, ...parts);
  }
  const [only] = parts;
  // Node's Buffer has a slice of its own, which does not copy.
  if (only !== undefined && parts.length === 1)
    return new Uint8Array(only.buffer, only.byteOffset, only.byteLength);
  const whole = new Uint8Array(found);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

/** A weight file of the wrong length is often a page that says that the file is not there: its beginning is told. */
function wrongLength(
  group: WeightGroup,
  where: string,
  expected: string,
  ...parts: readonly Uint8Array[]
): AsfpError {
  const found = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const page = parts.map(beginningOfText).find((text) => text !== undefined);
  const files = group.paths.length > 4 ? [...group.paths.slice(0, 3), '…'] : group.paths;
  return new AsfpError({
    code: 'shard-length',
    where: `${where}, weight file ${files.join(' + ')}`,
    expected,
    found: page === undefined ? `${found}` : `${found}, beginning with ${JSON.stringify(page)}`,
    cure:
      page === undefined
        ? 'The file is cut short or belongs to another model: copy it again'
        : 'The file is a page and no weights: check where it was copied from',
  });
}

function beginningOfText(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 20)).trimStart();
  return /^[<{][\x20-\x7e\s]+$/.test(text) ? text : undefined;
}
