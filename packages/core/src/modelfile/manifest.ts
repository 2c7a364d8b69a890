// Knows the frame of a tfjs model.json: its format, its topology, and the lists of its weights and weight files.
import { AsfpError } from '../errors.ts';
import { isListOf, isRecord, isText, isWhole } from '../plainValues.ts';

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

/** The files of a model: the parsed model.json, and the bytes of each weight file by its path in the manifest. */
export interface ModelFiles {
  readonly json: unknown;
  readonly shards: ReadonlyMap<string, Uint8Array>;
}

/** The parts of a model.json that every reader needs. */
export interface ModelJson {
  readonly format: 'graph-model' | 'layers-model';
  readonly modelTopology: Readonly<Record<string, unknown>>;
  readonly weightsManifest: readonly WeightGroup[];
  readonly signature?: unknown;
  readonly userDefinedMetadata?: Readonly<Record<string, unknown>>;
}

/** tfjs has tensors of up to six axes. */
const mostAxes = 6;

/** Deeper than any model is nested, and not so deep that reading or writing it exhausts the stack. */
const mostLevels = 500;

/** Reads the frame of a parsed model.json; throws AsfpError `not-a-model` or `weights-twice`. `where` names the file. */
export function readModelJson(json: unknown, where: string): ModelJson {
  if (Array.isArray(json)) {
    throw notAModel(
      where,
      'a list, as of a bare weights manifest',
      'Give the model.json that holds the modelTopology',
    );
  }
  if (typeof json !== 'object' || json === null) throw notAModel(where, `a ${typeof json}`);
  if (isDeeperThan(json, mostLevels)) throw notAModel(where, `JSON nested deeper than ${mostLevels} levels`);
  const frame = json as Readonly<Record<string, unknown>>;
  const topology = frame['modelTopology'];
  if (typeof topology !== 'object' || topology === null) throw notAModel(where, 'no modelTopology');
  const manifest = readManifest(frame['weightsManifest'], where);
  const metadata = frame['userDefinedMetadata'];
  return {
    format: 'node' in topology ? 'graph-model' : 'layers-model',
    modelTopology: topology as Readonly<Record<string, unknown>>,
    weightsManifest: manifest,
    ...(frame['signature'] === undefined ? {} : { signature: frame['signature'] }),
    ...(typeof metadata === 'object' && metadata !== null
      ? { userDefinedMetadata: metadata as Readonly<Record<string, unknown>> }
      : {}),
  };
}

function readManifest(manifest: unknown, where: string): WeightGroup[] {
  const fault = (part: string): AsfpError =>
    notAModel(where, `a weightsManifest that cannot be read (${part})`);
  if (!Array.isArray(manifest)) throw fault('no list');
  const seen = new Set<string>();
  return manifest.map((group: unknown, g) => {
    if (!isRecord(group)) throw fault(`group ${g}`);
    const { paths, weights } = group;
    if (!isListOf(paths, isText)) throw fault(`paths of group ${g}`);
    if (!Array.isArray(weights)) throw fault(`weights of group ${g}`);
    const wrong = weights.findIndex((weight) => !isWeightSpec(weight));
    if (wrong >= 0) throw fault(`weight ${wrong} of group ${g}: no name, type and shape`);
    for (const { name } of weights as readonly WeightSpec[]) {
      if (seen.has(name)) {
        throw new AsfpError({
          code: 'weights-twice',
          where: `${where}, weight ${name}`,
          expected: 'one entry in the weights manifest',
          found: 'two',
        });
      }
      seen.add(name);
    }
    return { paths, weights: weights as WeightSpec[] };
  });
}

function isWeightSpec(weight: unknown): weight is WeightSpec {
  if (!isRecord(weight)) return false;
  const { name, dtype, shape } = weight;
  return isText(name) && isText(dtype) && isListOf(shape, isExtent) && shape.length <= mostAxes;
}

function isExtent(value: unknown): value is number {
  return isWhole(value, 0, 2 ** 31);
}

/** The paths of all weight files, in order; throws on one that would leave the model's folder. */
export function shardPaths(model: ModelJson, where: string): string[] {
  const paths = model.weightsManifest.flatMap((group) => group.paths);
  const seen = new Set<string>();
  for (const path of paths) {
    if (seen.has(path)) {
      throw new AsfpError({
        code: 'shard-twice',
        where,
        expected: 'each weight file once',
        found: `${JSON.stringify(path)} twice`,
      });
    }
    seen.add(path);
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

/** Level by level, without recursion: what is asked about may be deep enough to overflow the stack. */
function isDeeperThan(json: unknown, levels: number): boolean {
  let level: readonly object[] = [json as object];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    level = level.flatMap((each) => Object.values(each).filter(isContainer));
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
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
