// Knows how our drawings become the pictures of the networks that come with the page; `tsx test/models/drawPictures.ts` writes them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from '@asfp/demo/lab';

const FOLDER = new URL('../../apps/demo/drawings/', import.meta.url);
const TARGET = new URL('../../apps/demo/models/resnet20-cifar10/pictures.json', import.meta.url);
const SIDE = 32;
/** Drawn so many times as large, then averaged, as a photograph is made small. */
const LARGER = 8;

/** `asfp.pictures/1`: each drawing of `drawings/`, 32 × 32, under the label that is its file's name. */
export async function drawPictures(): Promise<object> {
  const names = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.svg'))
    .sort();
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const drawings = names.map((name) => readFileSync(new URL(name, FOLDER), 'utf8'));
    const pixels = await page.evaluate(
      ([svgs, side, larger]) =>
        Promise.all(
          svgs.map(async (svg) => {
            const image = new Image();
            image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
            await image.decode();
            const wide = side * larger;
            const context = new OffscreenCanvas(wide, wide).getContext('2d');
            context?.drawImage(image, 0, 0, wide, wide);
            const data = context?.getImageData(0, 0, wide, wide).data ?? [];
            return Array.from({ length: side * side * 3 }, (_, i) => {
              const [y, x] = [Math.floor(i / 3 / side), Math.floor(i / 3) % side];
              let sum = 0;
              for (let j = 0; j < larger ** 2; j++) {
                const [row, column] = [y * larger + Math.floor(j / larger), x * larger + (j % larger)];
                sum += data[(row * wide + column) * 4 + (i % 3)] as number;
              }
              return Math.round(sum / larger ** 2);
            });
          }),
        ),
      [drawings, SIDE, LARGER] as const,
    );
    return {
      ...{ format: 'asfp.pictures/1', height: SIDE, width: SIDE, channels: 3 },
      labels: names.map((name) => name.slice(0, -'.svg'.length)),
      pictures: pixels.map((bytes, label) => ({
        label,
        pixels: Buffer.from(Uint8Array.from(bytes)).toString('base64'),
      })),
    };
  } finally {
    await browser.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(TARGET, `${JSON.stringify(await drawPictures(), null, 2)}\n`);
