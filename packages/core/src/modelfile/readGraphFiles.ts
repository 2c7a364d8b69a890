// Knows how the files of a GraphModel become a graph, for those who have no use for layers.
import { AsfpError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { validate } from '../graph/validate.ts';
import { decodeWeights } from './decodeWeights.ts';
import { type ModelFiles, readModelJson, shardPaths } from './manifest.ts';
import { readGraphModel } from './readGraphModel.ts';
import { withoutTexts } from './withoutTexts.ts';

/** The graph of a GraphModel; `where` names the file in errors. Throws AsfpError `layers-model` for a LayersModel, besides those of reading. */
export function readGraphFiles(files: ModelFiles, where: string): Graph {
  const model = readModelJson(files.json, where);
  if (model.format !== 'graph-model') {
    throw new AsfpError({
      code: 'layers-model',
      where,
      expected: 'a tfjs GraphModel',
      found: 'a LayersModel',
      cure: 'Convert it first: `asfp compact MODEL --out DIR` writes a GraphModel',
    });
  }
  shardPaths(model, where);
  const graph = readGraphModel(withoutTexts(model, where), decodeWeights(model, files.shards, where), where);
  validate(graph);
  return graph;
}
