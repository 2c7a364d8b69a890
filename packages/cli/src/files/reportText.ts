// Knows how compact-report.json is laid out.
import type { CompactReport } from '@asfp/core';
import { jsonText } from './runFolder.ts';

/** The report's text, indented; each list of numbers stays on one line. */
export function reportText(report: CompactReport): string {
  // No string of JSON holds a line break, so this is never within one.
  const lists = /\[\n\s*(-?\d[\d\s,.eE+-]*?)\s*\]/g;
  return jsonText(report).replaceAll(lists, (_, numbers: string) => `[${numbers.replaceAll(/\s+/g, ' ')}]`);
}
