// Knows where real models lie and how they are read; they are too large for the repository.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelFiles } from '@asfp/core';

/** The folder of real models: what ASFP_MODELS says, else shared/models beside the repository; undefined where there is none. */
export function modelFolder(): string | undefined {
  const told = process.env['ASFP_MODELS'];
  if (told !== undefined && !existsSync(told)) {
    throw new Error(
      `ASFP_MODELS: expected a folder of models, found nothing at ${told}. Unset it or correct it`,
    );
  }
  const beside = fileURLToPath(new URL('../../../shared/models', import.meta.url));
  return told ?? (existsSync(beside) ? beside : undefined);
}

/** The models of a folder as `graph/NAME` or `layers/NAME`, sorted. */
export function modelNames(folder: string): string[] {
  return ['graph', 'layers'].flatMap((kind) =>
    readdirSync(path.join(folder, kind))
      .sort()
      .map((name) => `${kind}/${name}`),
  );
}

/** The files of one model. */
export function modelFiles(folder: string, name: string): ModelFiles {
  const inside = path.join(folder, name);
  const json = JSON.parse(readFileSync(path.join(inside, 'model.json'), 'utf8')) as {
    weightsManifest: readonly { readonly paths: readonly string[] }[];
  };
  const paths = json.weightsManifest.flatMap((group) => group.paths);
  return {
    json,
    shards: new Map(paths.map((file) => [file, new Uint8Array(readFileSync(path.join(inside, file)))])),
  };
}
