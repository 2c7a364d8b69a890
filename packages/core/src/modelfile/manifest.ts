// Knows the frame of a tfjs model.json: its format, its topology, and which bytes of which file belong to which weight.
import * as v from 'valibot';
import { AsfpError } from '../errors.ts';
import { bytesPerElement, type DType, type HostTensor, sizeOf } from '../tensor/hostTensor.ts';

/** One weight as a manifest lists it. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: unknown;
}

/** Weight files, and the weights whose bytes they hold one after the other. */
export interface WeightGroup {
  readonly paths: readonly string[];
  readonly weights: readonly WeightSpec[];
}

/** The parts of a model.json that every reader needs. */
export interface ModelJson {
  readonly format: 'graph-model' | 'layers-model';
  readonly modelTopology: Readonly<Record<string, unknown>>;
  readonly weightsManifest: readonly WeightGroup[];
  readonly signature?: unknown;
  readonly userDefinedMetadata?: Readonly<Record<string, unknown>>;
}

const extent = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31));
const manifestSchema = v.array(
  v.object({
    paths: v.array(v.string()),
    weights: v.array(
      v.looseObject({
        name: v.string(),
        shape: v.array(extent),
        dtype: v.string(),
        quantization: v.optional(v.unknown()),
      }),
    ),
  }),
);

/** Reads the frame of a parsed model.json; throws where it is something else. `where` names the file. */
export function readModelJson(json: unknown, where: string): ModelJson {
  if (Array.isArray(json)) {
    throw notAModel(
      where,
      'a list, as of a bare weights manifest',
      'Give the model.json that holds the modelTopology',
    );
  }
  if (typeof json !== 'object' || json === null) throw notAModel(where, `a ${typeof json}`);
  const frame = json as Readonly<Record<string, unknown>>;
  const topology = frame['modelTopology'];
  if (typeof topology !== 'object' || topology === null) throw notAModel(where, 'no modelTopology');
  const manifest = v.safeParse(manifestSchema, frame['weightsManifest']);
  if (!manifest.success) {
    throw notAModel(where, `a weightsManifest that cannot be read (${manifest.issues[0].message})`);
  }
  const metadata = frame['userDefinedMetadata'];
  return {
    format: 'node' in topology ? 'graph-model' : 'layers-model',
    modelTopology: topology as Readonly<Record<string, unknown>>,
    weightsManifest: manifest.output,
    ...(frame['signature'] === undefined ? {} : { signature: frame['signature'] }),
    ...(typeof metadata === 'object' && metadata !== null
      ? { userDefinedMetadata: metadata as Readonly<Record<string, unknown>> }
      : {}),
  };
}

/** The paths of all weight files, in order; throws on one that would leave the model's folder. */
export function shardPaths(model: ModelJson, where: string): string[] {
  const paths = model.weightsManifest.flatMap((group) => group.paths);
  for (const path of paths) {
    if (path.startsWith('/') || path.split(/[\\/]/).includes('..') || /^[a-z]+:/i.test(path)) {
      throw new AsfpError({
        code: 'shard-path',
        where,
        expected: 'weight files inside the model’s folder',
        found: JSON.stringify(path),
      });
    }
  }
  return paths;
}

/** The weights by name; throws where the files' lengths are not what the manifest adds up to. */
export function decodeWeights(
  model: ModelJson,
  shards: ReadonlyMap<string, Uint8Array>,
  where: string,
): Map<string, HostTensor> {
  const weights = new Map<string, HostTensor>();
  for (const group of model.weightsManifest) {
    const bytes = groupBytes(group, shards, where);
    let at = 0;
    for (const spec of group.weights) {
      const dtype = hostType(spec, where);
      const size = sizeOf(spec.shape) * bytesPerElement[dtype];
      weights.set(spec.name, hostTensor(dtype, spec.shape, bytes.slice(at, at + size)));
      at += size;
    }
  }
  return weights;
}

/** Weights as one file's bytes and its manifest group, in the order given. */
export function encodeWeights(
  weights: ReadonlyMap<string, HostTensor>,
  path: string,
): { readonly group: WeightGroup; readonly bytes: Uint8Array } {
  const total = [...weights.values()].reduce((sum, { values }) => sum + values.byteLength, 0);
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const { values } of weights.values()) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  const specs = [...weights].map(([name, { shape, dtype }]) => ({ name, shape: [...shape], dtype }));
  return { group: { paths: [path], weights: specs }, bytes };
}

function groupBytes(group: WeightGroup, shards: ReadonlyMap<string, Uint8Array>, where: string): Uint8Array {
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
  const wanted = group.weights.reduce(
    (sum, spec) => sum + sizeOf(spec.shape) * bytesPerElement[hostType(spec, where)],
    0,
  );
  const found = parts.reduce((sum, part) => sum + part.byteLength, 0);
  if (wanted !== found) {
    throw new AsfpError({
      code: 'shard-length',
      where: `${where}, weight file ${group.paths.join(' + ')}`,
      expected: `${wanted} bytes`,
      found: `${found}`,
      cure: 'The file is cut short or belongs to another model: copy it again',
    });
  }
  const whole = new Uint8Array(found);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

function hostType(spec: WeightSpec, where: string): DType {
  if (spec.quantization !== undefined || !Object.hasOwn(bytesPerElement, spec.dtype)) {
    throw new AsfpError({
      code: 'weights-type',
      where: `${where}, weight ${spec.name}`,
      expected: 'float32, int32 or bool',
      found: spec.quantization === undefined ? spec.dtype : 'quantized values',
      cure: 'Convert the model without quantization',
    });
  }
  return spec.dtype as DType;
}

function hostTensor(dtype: DType, shape: readonly number[], bytes: Uint8Array): HostTensor {
  const values =
    dtype === 'float32'
      ? new Float32Array(bytes.buffer)
      : dtype === 'int32'
        ? new Int32Array(bytes.buffer)
        : bytes;
  return { dtype, shape, values };
}

function notAModel(where: string, found: string, cure?: string): AsfpError {
  return new AsfpError({
    code: 'not-a-model',
    where,
    expected: 'a tfjs model.json (LayersModel or GraphModel)',
    found,
    ...(cure === undefined ? {} : { cure }),
  });
}
