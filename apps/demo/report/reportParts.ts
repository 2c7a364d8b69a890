// Knows what a report is made of; every part may be missing, since a run may have stopped before it.
import type { CompactReport, LatencyReport, ModelCard, RunEvent, RunSettings } from '@asfp/core';
import type { RawImage } from './bitmapUrl.ts';

/** A test picture and what both networks answered. */
export interface ReportPicture {
  /** A `data:image/…;base64,` address, or the pixels themselves. */
  readonly image: string | RawImage;
  /** What it shows. */
  readonly label: string;
  /** What each network takes it for. */
  readonly dense: string;
  readonly compact: string;
}

/** The files of a run, as far as there are any. */
export interface ReportParts {
  readonly settings?: RunSettings | undefined;
  readonly events?: readonly RunEvent[] | undefined;
  readonly compactReport?: CompactReport | undefined;
  readonly latencyReport?: LatencyReport | undefined;
  /** Of the compact model. */
  readonly card?: ModelCard | undefined;
  readonly pictures?: readonly ReportPicture[] | undefined;
}
