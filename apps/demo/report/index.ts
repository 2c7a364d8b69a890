// The door of the report: what other packages may use, by name.
export type { RawImage } from './bitmapUrl.ts';
export { renderReport } from './renderReport.ts';
export type { ReportParts, ReportPicture } from './reportParts.ts';
export { resultSentence } from './resultSentence.ts';
