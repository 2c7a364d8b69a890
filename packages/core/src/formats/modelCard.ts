// Knows what a model file says of itself beyond weights: its input, its labels, its cost, its origin.
import { isListOf, isNumber, isRecord, isRecordOf, isText, isWhole } from '../plainValues.ts';

/** How pixels become the network's input: `(pixel / 255 − mean) / deviation`, per channel. */
export interface ModelInput {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** `userDefinedMetadata.asfp` of a model.json. */
export interface ModelCard {
  readonly format: 'asfp.model-card/1';
  readonly input: ModelInput;
  readonly labels: readonly string[];
  /** SHA-256 of each weight file, hexadecimal, by its path in the manifest. */
  readonly shards?: Readonly<Record<string, string>>;
  readonly cost?: { readonly macs: number; readonly params: number; readonly bytes: number };
  /** Where the network comes from: data set, model name, rate, epochs, seed, accuracy, … */
  readonly provenance?: Readonly<Record<string, string | number | null>>;
}

/** The card in a model's metadata, or undefined when there is none that can be read. */
export function readModelCard(
  metadata: Readonly<Record<string, unknown>> | undefined,
): ModelCard | undefined {
  const card = metadata?.['asfp'];
  return isModelCard(card) ? card : undefined;
}

function isModelCard(card: unknown): card is ModelCard {
  if (!isRecord(card) || card['format'] !== 'asfp.model-card/1') return false;
  const { input, labels, shards, cost, provenance } = card;
  return (
    isModelInput(input) &&
    isListOf(labels, isText) &&
    (shards === undefined || isRecordOf(shards, isText)) &&
    (cost === undefined ||
      (isRecord(cost) && [cost['macs'], cost['params'], cost['bytes']].every(isNumber))) &&
    (provenance === undefined || isRecordOf(provenance, isOrigin))
  );
}

function isModelInput(input: unknown): input is ModelInput {
  if (!isRecord(input)) return false;
  const { height, width, channels, mean, deviation } = input;
  return (
    [height, width, channels].every((size) => isWhole(size, 1, Number.MAX_SAFE_INTEGER)) &&
    isListOf(mean, isNumber) &&
    isListOf(deviation, isNumber)
  );
}

function isOrigin(value: unknown): value is string | number | null {
  return value === null || isText(value) || isNumber(value);
}
