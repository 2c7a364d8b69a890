// Knows how a compaction is summed up in compact-report.json.
import {
  type Change,
  type CompactReport,
  costTable,
  type Graph,
  type GraphNode,
  type LayerChange,
  nodesByName,
  outputNodes,
  type PassRecord,
  type Proof,
  type Pruning,
  type Rounding,
} from '@asfp/core';

/** What the report is made of; bytes are those of the weight files. */
export interface ReportParts {
  readonly before: Graph;
  readonly after: Graph;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly passes: readonly PassRecord[];
  readonly proof: Proof;
  readonly pruning?: Pruning | undefined;
  readonly borders?: Change | undefined;
  readonly rounding?: Rounding | undefined;
}

/** The report: totals, one row a layer, the passes and the proof. */
export function compactReport(parts: ReportParts): CompactReport {
  const before = costTable(parts.before);
  const after = costTable(parts.after);
  const afterByName = new Map(after.layers.map((layer) => [layer.name, layer]));
  const nodesAfter = nodesByName(parts.after);
  const layers = before.layers.map((layer): LayerChange => {
    const left = afterByName.get(layer.name);
    const kept =
      left === undefined || left.zeroFilters === 0
        ? undefined
        : keptReason(parts.after, nodesAfter, layer.name);
    return {
      name: layer.name,
      op: layer.op,
      filtersBefore: layer.filters,
      filtersAfter: left?.filters ?? 0,
      macsBefore: layer.macs,
      macsAfter: left?.macs ?? 0,
      ...(kept === undefined ? {} : { kept }),
    };
  });
  return {
    format: 'asfp.compact-report/1',
    before: { macs: before.macs, params: before.params, bytes: parts.bytesBefore },
    after: {
      macs: after.macs,
      params: after.params,
      bytes: parts.bytesAfter,
      scatterMacs: after.scatterMacs,
    },
    layers,
    passes: parts.passes,
    proof: parts.proof,
    ...(parts.pruning === undefined ? {} : { pruning: parts.pruning }),
    ...(parts.borders === undefined ? {} : { borders: parts.borders }),
    ...(parts.rounding === undefined ? {} : { rounding: parts.rounding }),
  };
}

function keptReason(graph: Graph, nodes: ReadonlyMap<string, GraphNode>, layer: string): string {
  if (outputNodes(graph).has(layer)) return 'it is a result of the network';
  if ((nodes.get(layer)?.op ?? '') === 'depthwiseConv2d') return 'its border is uneven: the padding shows';
  return 'it carries a constant into a convolution whose padding shows, or is the last filter left';
}
