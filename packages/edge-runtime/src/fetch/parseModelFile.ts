// Knows the text of a GraphModel's model.json, and what else may lie under that name.
import {
  AsfpError,
  isRecord,
  type ModelCard,
  readModelCard,
  readModelJson,
  type WeightGroup,
} from '@asfp/core';

/** A node of a GraphModel, as far as this package reads it. */
export interface GraphModelNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

/** A model.json that was read, its weights not yet. */
export interface ParsedModelFile {
  readonly url: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly nodes: readonly GraphModelNode[];
  readonly groups: readonly WeightGroup[];
  readonly card: ModelCard | null;
}

/** A model.json with the bytes of its weight files by their paths. */
export interface GraphModelFile extends ParsedModelFile {
  readonly shards: ReadonlyMap<string, Uint8Array>;
  /** SHA-256 of model.json, which lists those of its shards; null where it cannot be computed. */
  readonly hash: string | null;
  /** Bytes of model.json and all shards. */
  readonly bytes: number;
  /** True when the card lists hashes and every shard has the listed one. */
  readonly hashChecked: boolean;
}

const CURE = 'Check the address; a GraphModel is written by `asfp compact MODEL --out DIR`';

/** Reads the text of a model.json; throws an AsfpError that says what was found instead of a GraphModel. */
export function parseModelFile(text: string, url: string): ParsedModelFile {
  const json = parseJson(text, url);
  if (Array.isArray(json)) {
    throw notAModel(url, 'a list, as in a weights manifest that has lost its network');
  }
  if (!isRecord(json)) throw notAModel(url, `the JSON value ${firstCharacters(text)}`);
  const topology = json['modelTopology'];
  if (json['format'] === 'layers-model' || (isRecord(topology) && 'model_config' in topology)) {
    throw new AsfpError({
      code: 'layers-model',
      where: url,
      expected: 'a tfjs GraphModel',
      found: 'a LayersModel',
      cure: 'Convert it first: `asfp compact MODEL --out DIR` writes a GraphModel',
    });
  }
  if (!isRecord(topology)) throw notAModel(url, 'JSON without `modelTopology`');
  const nodes = topology['node'];
  if (!Array.isArray(nodes) || !nodes.every(isNode)) {
    throw notAModel(url, 'a `modelTopology` without a list of nodes with names, ops and inputs');
  }
  const metadata = json['userDefinedMetadata'];
  return {
    url,
    json,
    nodes,
    groups: readGroups(json, url),
    card: readModelCard(isRecord(metadata) ? metadata : undefined) ?? null,
  };
}

function parseJson(text: string, url: string): unknown {
  const start = text.trimStart();
  if (start.startsWith('<')) throw notAModel(url, `a page of markup: ${firstCharacters(start)}`);
  if (start === '') throw notAModel(url, 'an empty file');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notAModel(url, `text that is no JSON: ${firstCharacters(start)}`, cause);
  }
}

function readGroups(json: unknown, url: string): readonly WeightGroup[] {
  const groups = readModelJson(json, url).weightsManifest;
  const outside = groups.flatMap(({ paths }) => paths).find(leavesFolder);
  if (outside !== undefined) {
    throw new AsfpError({
      code: 'shard-path',
      where: url,
      expected: 'paths of weight files below the folder of model.json',
      found: outside,
    });
  }
  return groups;
}

/** A shard lies below its model.json: a file from elsewhere must not make a page fetch arbitrary addresses. */
function leavesFolder(path: string): boolean {
  const folder = 'http://host/folder/';
  return !URL.canParse(path, folder) || !new URL(path, folder).href.startsWith(folder) || path === '';
}

function isNode(value: unknown): value is GraphModelNode {
  if (!isRecord(value) || typeof value['name'] !== 'string' || typeof value['op'] !== 'string') return false;
  const { input = [], attr = {} } = value;
  return (
    Array.isArray(input) &&
    input.every((name) => typeof name === 'string') &&
    isRecord(attr) &&
    Object.values(attr).every(isRecord)
  );
}

function notAModel(where: string, found: string, cause?: unknown): AsfpError {
  return new AsfpError(
    { code: 'not-a-model', where, expected: 'the model.json of a tfjs GraphModel', found, cure: CURE },
    { cause },
  );
}

/** The beginning of a text on one line, for an error. */
function firstCharacters(text: string): string {
  const line = text.slice(0, 40).replace(/\s+/g, ' ');
  return JSON.stringify(text.length > 40 ? `${line}…` : line);
}
