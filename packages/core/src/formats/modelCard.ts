// Knows what a model file says of itself beyond weights: its input, its labels, its cost, its origin.
import * as v from 'valibot';

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

const count = v.pipe(v.number(), v.integer(), v.minValue(1));

const modelCardSchema: v.GenericSchema<unknown, ModelCard> = v.object({
  format: v.literal('asfp.model-card/1'),
  input: v.object({
    height: count,
    width: count,
    channels: count,
    mean: v.array(v.number()),
    deviation: v.array(v.number()),
  }),
  labels: v.array(v.string()),
  shards: v.exactOptional(v.record(v.string(), v.string())),
  cost: v.exactOptional(v.object({ macs: v.number(), params: v.number(), bytes: v.number() })),
  provenance: v.exactOptional(v.record(v.string(), v.union([v.string(), v.number(), v.null()]))),
});

/** The card in a model's metadata, or undefined when there is none that can be read. */
export function readModelCard(
  metadata: Readonly<Record<string, unknown>> | undefined,
): ModelCard | undefined {
  const parsed = v.safeParse(modelCardSchema, metadata?.['asfp']);
  return parsed.success ? parsed.output : undefined;
}
