// Knows constants of text: nothing here can work with them, so they go where nobody reads them and are refused otherwise.
import { AsfpError } from '../errors.ts';
import type { ModelJson } from './manifest.ts';
import type { NodeDef } from './tfNodeDefs.ts';

/** A GraphModel without its constants of texts that nobody reads; throws AsfpError `weights-type`, with the name and its reader, for one that is read. */
export function withoutTexts(model: ModelJson, where: string): ModelJson {
  const texts = new Set(
    model.weightsManifest.flatMap(({ weights }) => weights.filter(isText).map(({ name }) => name)),
  );
  const nodes = model.modelTopology['node'];
  if (texts.size === 0 || !Array.isArray(nodes)) return model;
  for (const { name, input } of nodes as readonly NodeDef[]) {
    const read = (input ?? []).map((ref) => ref.replace(/:\d+$/, '')).find((from) => texts.has(from));
    if (read === undefined) continue;
    throw new AsfpError({
      code: 'weights-type',
      where: `${where}, weight ${read}`,
      expected: 'numbers',
      found: `texts, which node ${name} reads`,
    });
  }
  const kept = (nodes as readonly NodeDef[]).filter(({ name }) => !texts.has(name));
  return { ...model, modelTopology: { ...model.modelTopology, node: kept } };
}

function isText({
  dtype,
  quantization,
}: {
  readonly dtype: string;
  readonly quantization?: unknown;
}): boolean {
  return dtype === 'string' && quantization === undefined;
}
