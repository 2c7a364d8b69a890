// Knows the command `asfp compact`.
import type { Change, CompactReport, Rounding } from '@asfp/core';
import { type Command, defineCommand } from '../command.ts';
import { compactModel } from '../compactModel.ts';
import { cutOptions, cutOptionTable } from '../cutOptions.ts';
import { reportText } from '../files/reportText.ts';
import { writeModel } from '../files/writeModel.ts';
import { formatOption, outputFormat } from '../outputFormat.ts';
import { proofLines } from '../proofLines.ts';
import { pruneChoice, pruneOptions } from '../pruneChoice.ts';
import { quantizeChoice, quantizeOption } from '../quantizeKernels.ts';
import { count, percent, size } from '../terminal/table.ts';

/** Writes the smaller model and its report. */
export const compactCommand: Command = defineCommand({
  name: 'compact',
  summary:
    'Writes a smaller model that computes the same: zero filters gone, batch norm folded, activations fused.',
  words: [{ name: 'MODEL', summary: 'a model.json of either tfjs format, or the folder of one' }],
  options: {
    out: {
      type: 'text',
      hint: 'DIR',
      summary: 'where model.json, its weights and compact-report.json go',
      otherwise: 'compact beside the model',
    },
    ...pruneOptions,
    ...cutOptionTable,
    ...quantizeOption,
    ...formatOption,
  },
  run: async ({ options, words, terminal }) => {
    const path = words[0] as string;
    const { source, written, report } = await compactModel(path, {
      cut: true,
      prune: pruneChoice(options),
      ...cutOptions(options),
      quantize: quantizeChoice(options),
      format: outputFormat(options),
    });
    const out = options.out ?? source.file.replace(/[^/\\]*$/, 'compact');
    await writeModel(out, written, report.after, {
      'compact-report.json': reportText(report),
    });
    terminal.result(compactSummary(report, out), report);
    return true;
  },
});

/** The result of a compaction in a few lines. */
export function compactSummary(report: CompactReport, out: string): string {
  const { before, after, proof } = report;
  const removed = report.layers.reduce((sum, layer) => sum + layer.filtersBefore - layer.filtersAfter, 0);
  const kept = report.layers.filter((layer) => layer.kept !== undefined);
  return [
    removed === 0
      ? 'nothing removed: no filter is zero, constant or unread'
      : `${count(removed)} filters removed`,
    `multiply-adds  ${count(before.macs)} → ${count(after.macs)}  (−${percent(1 - after.macs / before.macs)})${sizeOf(report)}`,
    `parameters     ${count(before.params)} → ${count(after.params)}`,
    `weights        ${size(before.bytes)} → ${size(after.bytes)}`,
    ...proofLines(proof),
    ...(report.pruning === undefined
      ? []
      : [
          `changed        ${count(report.pruning.filters)} filters zeroed by choice: ${moved(report.pruning.change)}`,
        ]),
    ...(report.borders === undefined
      ? []
      : [`changed        constants folded at image borders: ${moved(report.borders)}`]),
    ...(report.rounding === undefined ? [] : [roundingLine(report.rounding)]),
    ...quantizedLines(report),
    ...kept.map((layer) => `kept           zero filters of ${layer.name}: ${layer.kept}`),
    `written        ${out}/model.json`,
  ].join('\n');
}

function sizeOf({ costsFor }: CompactReport): string {
  if (costsFor === undefined) return '';
  return ` for ${Object.values(costsFor)
    .map((shape) => shape.slice(1).join('×'))
    .join(', ')}`;
}

function moved({ maxRelError, argmaxAgreement, inputs }: Change): string {
  return `the answers moved by ${maxRelError.toExponential(1)} of the largest output, the largest answer is the same on ${percent(argmaxAgreement)} of ${inputs} seeded inputs`;
}

function roundingLine({ multipleOf, macs, macsWithout }: Rounding): string {
  return `multiples      of ${multipleOf} filters: ${count(macs)} multiply-adds, ${count(macsWithout)} without`;
}

function quantizedLines({ passes }: CompactReport): string[] {
  const record = passes.find(({ name }) => name === 'narrowWeights');
  return record === undefined ? [] : record.notes.map((note) => `quantized      ${note}`);
}
