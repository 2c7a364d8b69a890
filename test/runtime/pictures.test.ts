// Knows every kind of picture of a page as the input that it becomes, in a real Chromium.
import { join } from 'node:path';
import type * as Runtime from '@asfp/edge-runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRuntimePages, type RuntimePages } from './openPage.ts';
import { tinyAnswer, tinyGraph, writeModel } from './testModels.ts';

/** In the page. */
declare const asfp: typeof Runtime;

let pages: RuntimePages;
beforeAll(async () => {
  pages = await openRuntimePages((folder) => writeModel(tinyGraph(), join(folder, 'tiny')));
});
afterAll(() => pages.close());

/** What is painted: its left and right quarters never reach the network, the middle is two colours. */
const [TOP, BOTTOM] = [
  [255, 0, 102],
  [0, 51, 204],
];

test('each kind of picture gives the numbers of its middle', async () => {
  const { page, complaints } = await pages.open();
  const inputs = await page.evaluate(async () => {
    const session = await asfp.openModel('run/tiny/model.json');
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [64, 32];
    const context = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
    context.fillStyle = 'lime';
    context.fillRect(0, 0, 64, 32);
    context.fillStyle = 'rgb(255 0 102)';
    context.fillRect(16, 0, 32, 16);
    context.fillStyle = 'rgb(0 51 204)';
    context.fillRect(16, 16, 32, 16);
    const blob = await new Promise<Blob>((resolve) => canvas.toBlob((made) => resolve(made as Blob)));
    const offscreen = new OffscreenCanvas(64, 32);
    offscreen.getContext('2d')?.drawImage(canvas, 0, 0);
    const image = new Image();
    image.src = URL.createObjectURL(blob);
    const video = document.createElement('video');
    video.muted = true;
    video.srcObject = canvas.captureStream();
    // A stream has frames while its canvas changes.
    const painting = setInterval(() => context.fillRect(16, 16, 32, 16), 10);
    await video.play();
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    clearInterval(painting);
    const frame = new VideoFrame(canvas, { timestamp: 0 });
    const kinds: Record<string, Runtime.Picture> = {
      imageData: context.getImageData(0, 0, 64, 32),
      canvas,
      offscreen,
      bitmap: await createImageBitmap(canvas),
      blob,
      file: new File([blob], 'mine.png', { type: 'image/png' }),
      image,
      video,
      frame,
    };
    const numbers: Record<string, number[]> = {};
    for (const [kind, picture] of Object.entries(kinds)) {
      numbers[kind] = [...(await session.toInput(picture)).values];
    }
    frame.close();
    const batch = await session.toInput([canvas, context.getImageData(0, 0, 64, 32)]);
    const answers = await session.classify([canvas, blob], { top: 4 });
    await session.dispose();
    return { numbers, batch: batch.shape, answers };
  });
  const wanted = Array.from({ length: 48 }, (_, i) => ((i < 24 ? TOP : BOTTOM)?.[i % 3] as number) / 255);
  // Away from the line between the colours, where each way of scaling mixes them in its own way.
  const rows = [...wanted.slice(0, 12), ...wanted.slice(36)];
  for (const [kind, numbers] of Object.entries(inputs.numbers)) {
    const found = [...numbers.slice(0, 12), ...numbers.slice(36)];
    const distance = Math.max(...found.map((value, i) => Math.abs(value - (rows[i] as number))));
    // A video's frames went through YUV, 8 bits a channel.
    expect({ kind, right: distance < (kind === 'video' ? 6 : 1) / 255 }).toEqual({ kind, right: true });
  }
  expect(inputs.batch).toEqual([2, 4, 4, 3]);
  const right = tinyAnswer(inputs.numbers['canvas'] ?? []);
  const best = Math.max(...right);
  for (const answer of inputs.answers) {
    expect(answer).toHaveLength(4);
    expect(answer[0]?.index).toBe(right.indexOf(best));
    expect(answer[0]?.probability).toBeCloseTo(best, 4);
  }
  expect(complaints).toEqual([]);
});

test('what is no picture is named, and the session goes on', async () => {
  const { page, complaints } = await pages.open();
  const found = await page.evaluate(async () => {
    const session = await asfp.openModel('run/tiny/model.json', { engine: 'compiled' });
    const code = (picture: Runtime.Picture): Promise<string> =>
      session.classify(picture).then(
        () => 'accepted',
        (error: unknown) => {
          const { code: found, message } = error as Error & { code: string };
          return `${found}: ${message}`;
        },
      );
    const bitmap = await createImageBitmap(new ImageData(4, 4));
    bitmap.close();
    const codes = [
      await code(new File(['no picture'], 'notes.txt', { type: 'text/plain' })),
      await code(bitmap),
      await code(document.createElement('video')),
      await code(document.createElement('canvas').getContext('2d')?.canvas as HTMLCanvasElement),
      await code({} as ImageData),
    ];
    await session.dispose();
    return codes;
  });
  expect(found).toMatchInlineSnapshot(`
    [
      "picture-file: notes.txt: expected a picture that this browser can read, found 10 bytes of text/plain",
      "picture-empty: picture: expected a picture with pixels, found 0 × 0. Wait until the image is loaded or the video plays; a bitmap or frame must not be closed",
      "picture-empty: picture: expected a picture with pixels, found 0 × 0. Wait until the image is loaded or the video plays; a bitmap or frame must not be closed",
      "accepted",
      "picture-empty: picture: expected a picture with pixels, found something that is none. Wait until the image is loaded or the video plays; a bitmap or frame must not be closed",
    ]
  `);
  expect(complaints).toEqual([]);
});
