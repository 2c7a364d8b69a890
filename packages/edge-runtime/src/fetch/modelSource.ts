// Knows where a model may come from: an address, files that were dropped, or bytes in hand.
import { AsfpError } from '@asfp/core';
import { assembleModel } from './assembleModel.ts';
import { type FetchOptions, fetchModel } from './fetchModel.ts';
import { type GraphModelFile, parseModelFile } from './parseModelFile.ts';

/** A model whose bytes are at hand: model.json as text, bytes or parsed, and its weight files by their paths in it. */
export interface ModelBytes {
  readonly json: string | Uint8Array | object;
  readonly shards: ReadonlyMap<string, Uint8Array> | Readonly<Record<string, Uint8Array>>;
}

/** An address of a model.json; model.json and its weight files in any order, as dropped or picked; or bytes. */
export type ModelSource = string | URL | readonly File[] | ModelBytes;

/** Reads and checks the model of any source; throws an AsfpError that says which part of it is wrong or missing. */
export function readSource(source: ModelSource, options: FetchOptions): Promise<GraphModelFile> {
  if (typeof source === 'string' || source instanceof URL) return fetchModel(String(source), options);
  return isBytes(source) ? readBytes(source) : readFiles(source);
}

function isBytes(source: readonly File[] | ModelBytes): source is ModelBytes {
  return 'json' in source;
}

async function readBytes({ json, shards }: ModelBytes): Promise<GraphModelFile> {
  const where = 'model.json';
  const text = typeof json === 'string' || json instanceof Uint8Array ? json : JSON.stringify(json);
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : new Uint8Array(text);
  const parsed = parseModelFile(new TextDecoder().decode(bytes), where);
  const byPath = shards instanceof Map ? shards : new Map(Object.entries(shards));
  return assembleModel(parsed, bytes, async (path) => {
    const shard: unknown = byPath.get(path);
    if (shard instanceof Uint8Array) return { path, url: path, bytes: new Uint8Array(shard) };
    throw missing(where, path, [...byPath.keys()]);
  });
}

async function readFiles(files: readonly File[]): Promise<GraphModelFile> {
  const json = jsonAmong(files);
  const where = pathOf(json);
  const bytes = new Uint8Array(await json.arrayBuffer());
  const parsed = parseModelFile(new TextDecoder().decode(bytes), where);
  return assembleModel(parsed, bytes, async (path) => {
    const file = shardAmong(files, path, where);
    return { path, url: pathOf(file), bytes: new Uint8Array(await file.arrayBuffer()) };
  });
}

/** The only `.json` there is, or the only one of the usual name. */
function jsonAmong(files: readonly File[]): File {
  const all = files.filter(({ name }) => /\.json$/i.test(name));
  const usual = all.filter(({ name }) => name === 'model.json');
  const [only, ...others] = all.length === 1 ? all : usual;
  if (only && others.length === 0) return only;
  throw new AsfpError({
    code: 'model-files',
    where: 'files',
    expected: 'one model.json and its weight files',
    found: `${all.length === 0 ? 'no' : all.length} .json among ${listed(files.map(pathOf))}`,
  });
}

/** The file of that path, or else the only one of its name, wherever it was dropped from. */
function shardAmong(files: readonly File[], path: string, where: string): File {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const named = files.filter((file) => file.name === name);
  const placed = named.filter((file) => `/${pathOf(file)}`.endsWith(`/${path}`));
  const [only, ...others] = placed.length > 0 ? placed : named;
  if (only === undefined) throw missing(where, path, files.map(pathOf));
  if (others.length === 0) return only;
  throw new AsfpError({
    code: 'model-files',
    where,
    expected: `one weight file ${path}`,
    found: listed([only, ...others].map(pathOf)),
    cure: 'Give the files of one model alone',
  });
}

/** A file's path in the folder that was dropped, or its name alone. */
function pathOf(file: File): string {
  return file.webkitRelativePath || file.name;
}

function missing(where: string, path: string, found: readonly string[]): AsfpError {
  return new AsfpError({
    code: 'shard-missing',
    where,
    expected: `its weight file ${path}`,
    found: listed(found),
    cure: 'Give it together with model.json',
  });
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'nothing';
  return names.length > 6 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}
