// Knows the real models that npm packages carry: UpscalerJS's super resolution and the classifiers of nsfwjs.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';
import type { ModelFiles } from '@asfp/core';

interface Manifest {
  readonly weightsManifest: readonly { readonly paths: readonly string[] }[];
}

const require = createRequire(import.meta.url);

/** The four models by their package and name. */
export const packageModels: Readonly<Record<string, () => ModelFiles>> = {
  '@upscalerjs/default-model': upscaler,
  'nsfwjs/mobilenet_v2': () => nsfw('mobilenet_v2'),
  'nsfwjs/mobilenet_v2_mid': () => nsfw('mobilenet_v2_mid'),
  'nsfwjs/inception_v3': () => nsfw('inception_v3'),
};

function upscaler(): ModelFiles {
  const entry = require.resolve('@upscalerjs/default-model');
  const folder = path.join(entry.slice(0, entry.lastIndexOf(`${path.sep}dist${path.sep}`)), 'models');
  const json = JSON.parse(readFileSync(path.join(folder, 'model.json'), 'utf8')) as Manifest;
  return withShards(json, (file) => readFileSync(path.join(folder, file)));
}

/** nsfwjs wraps every file into a script: model.json as an object, weights as base64. */
function nsfw(name: string): ModelFiles {
  const folder = path.join(path.dirname(require.resolve('nsfwjs')), '../models', name);
  const script = (file: string): unknown => {
    const module = { exports: {} };
    vm.runInNewContext(readFileSync(path.join(folder, `${file}.min.js`), 'utf8'), { module, exports: {} });
    return module.exports;
  };
  // Through JSON, so that its objects are of this realm.
  const json = JSON.parse(JSON.stringify(script('model'))) as Manifest;
  return withShards(json, (file) => Buffer.from(script(file) as string, 'base64'));
}

function withShards(json: Manifest, read: (file: string) => Uint8Array): ModelFiles {
  const files = json.weightsManifest.flatMap((group) => group.paths);
  return { json, shards: new Map(files.map((file) => [file, new Uint8Array(read(file))])) };
}
