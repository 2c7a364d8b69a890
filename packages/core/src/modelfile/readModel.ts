// Knows how to turn the files of a model, of either tfjs format, into a graph.
import type { Graph } from '../graph/graph.ts';
import { validate } from '../graph/validate.ts';
import { decodeWeights } from './decodeWeights.ts';
import { type ModelJson, readModelJson, shardPaths } from './manifest.ts';
import { readGraphModel } from './readGraphModel.ts';
import { readLayersModel } from './readLayersModel.ts';
import { withoutTexts } from './withoutTexts.ts';

/** The files of a model: the parsed model.json, and the bytes of each weight file by its path in the manifest. */
export interface ModelFiles {
  readonly json: unknown;
  readonly shards: ReadonlyMap<string, Uint8Array>;
}

/** The graph of a LayersModel or GraphModel in inference form; `where` names the file in errors. */
export function readModel(files: ModelFiles, where: string): Graph {
  const model: ModelJson = readModelJson(files.json, where);
  shardPaths(model, where);
  const weights = decodeWeights(model, files.shards, where);
  const graph =
    model.format === 'graph-model'
      ? readGraphModel(withoutTexts(model, where), weights, where)
      : readLayersModel(model, weights, where);
  validate(graph);
  return graph;
}
