// Knows how test pictures go into a run folder, for the demo, the report and the measuring page.
import { type BatchSource, type Dataset, evalBatches, type TestImage } from '@asfp/trainer';

/** pictures.json: raw pixels in base64, rows of `[h, w, c]`, 0 … 255. */
export interface PicturesFile {
  readonly format: 'asfp.pictures/1';
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly labels: readonly string[];
  readonly pictures: readonly { readonly label: number; readonly pixels: string }[];
}

/** The file's content. */
export function picturesFile(dataset: Dataset, images: readonly TestImage[]): PicturesFile {
  const { height, width, channels, labels } = dataset;
  return {
    format: 'asfp.pictures/1',
    height,
    width,
    channels,
    labels,
    pictures: images.map(({ label, pixels }) => ({ label, pixels: Buffer.from(pixels).toString('base64') })),
  };
}

/** One test picture as the network's input. */
export async function normalised(dataset: Dataset, position: number): Promise<Float32Array> {
  const source: BatchSource = dataset;
  for await (const batch of evalBatches(source, dataset.test, { batchSize: 1, limit: position + 1 })) {
    if (position-- === 0) return batch.images;
  }
  throw new RangeError(`no test picture ${position}`);
}
