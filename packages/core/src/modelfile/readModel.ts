// Knows how to turn the files of a model, of either tfjs format, into a graph.
import type { Graph } from '../graph/graph.ts';
import { validate } from '../graph/validate.ts';
import { decodeWeights } from './decodeWeights.ts';
import { type ModelFiles, type ModelJson, readModelJson, shardPaths } from './manifest.ts';
import { readGraphFiles } from './readGraphFiles.ts';
import { readLayersModel } from './readLayersModel.ts';

/** The graph of a LayersModel or GraphModel in inference form; `where` names the file in errors. */
export function readModel(files: ModelFiles, where: string): Graph {
  const model: ModelJson = readModelJson(files.json, where);
  if (model.format === 'graph-model') return readGraphFiles(files, where);
  shardPaths(model, where);
  const graph = readLayersModel(model, decodeWeights(model, files.shards, where), where);
  validate(graph);
  return graph;
}
