// Knows how a compaction is summed up in compact-report.json.
import {
  type Change,
  type CompactReport,
  costTable,
  type Graph,
  type KeepSet,
  type LayerChange,
  type PassRecord,
  type Proof,
  type Pruning,
  type Rounding,
} from '@asfp/core';
import type { CutOptions } from './cutOptions.ts';
import { keptReasons } from './keptReasons.ts';

/** What the report is made of; bytes are those of the weight files. */
export interface ReportParts {
  readonly before: Graph;
  readonly after: Graph;
  /** What is left of the layers that were cut, by name. */
  readonly kept: ReadonlyMap<string, KeepSet>;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly passes: readonly PassRecord[];
  readonly proof: Proof;
  /** Shapes by input that costs are counted for, where the model leaves sizes open. */
  readonly shapes?: Readonly<Record<string, readonly number[]>> | undefined;
  /** What the cut was told. */
  readonly cut?: CutOptions | undefined;
  readonly pruning?: Pruning | undefined;
  readonly borders?: Change | undefined;
  readonly rounding?: Rounding | undefined;
}

/** The report: totals, one row a layer, the passes and the proof. */
export function compactReport(parts: ReportParts): CompactReport {
  const before = costTable(parts.before, parts.shapes);
  const after = costTable(parts.after, parts.shapes);
  const afterByName = new Map(after.layers.map((layer) => [layer.name, layer]));
  const reasons = keptReasons(parts.after, parts.cut);
  const layers = before.layers.map((layer): LayerChange => {
    const left = afterByName.get(layer.name);
    const kept = left === undefined || left.zeroFilters === 0 ? undefined : reasons(layer.name);
    return {
      name: layer.name,
      op: layer.op,
      filtersBefore: layer.filters,
      filtersAfter: left?.filters ?? 0,
      macsBefore: layer.macs,
      macsAfter: left?.macs ?? 0,
      ...(kept === undefined ? {} : { kept }),
      ...(left === undefined || !parts.kept.has(layer.name)
        ? {}
        : { keepSet: parts.kept.get(layer.name) as KeepSet }),
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
    ...(parts.shapes === undefined ? {} : { costsFor: parts.shapes }),
    passes: parts.passes,
    proof: parts.proof,
    ...(parts.pruning === undefined ? {} : { pruning: parts.pruning }),
    ...(parts.borders === undefined ? {} : { borders: parts.borders }),
    ...(parts.rounding === undefined ? {} : { rounding: parts.rounding }),
  };
}
