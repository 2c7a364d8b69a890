// Knows how to give test pictures away, for a page or a proof, as they are.
import { type Dataset, imageAt } from './dataset.ts';
import { openPicture } from './decodePicture.ts';

/** One test picture. */
export interface TestImage {
  /** `[h, w, c]`, 0 … 255. */
  readonly pixels: Uint8Array;
  readonly label: number;
}

/** The first `count` test pictures, or as many as there are. Throws AsfpError `image-broken`. */
export async function testImages(dataset: Dataset, count: number): Promise<TestImage[]> {
  const { test } = dataset;
  const images: TestImage[] = [];
  for (let position = 0; position < Math.min(count, test.count); position++) {
    const pixels =
      'pixels' in test
        ? imageAt(test, position)
        : await (await openPicture(test.files[position] as string)).show(test.view, dataset);
    images.push({ pixels, label: test.labels[position] as number });
  }
  return images;
}
