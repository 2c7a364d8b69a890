// Knows every kind of picture that a page has, and how each becomes pixels of the network's size.
import { AsfpError } from '@asfp/core';
import { fitPixels, middlePart, type PictureSize } from './fitPixels.ts';
import type { Pixels } from './pixelsToInput.ts';

/** What a page may hand in as a picture; a Blob or File is one that the browser can decode. */
export type Picture =
  | Pixels
  | ImageBitmap
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLImageElement
  | HTMLVideoElement
  | VideoFrame
  | Blob;

/** A picture that a canvas can draw. */
type Drawable = Exclude<Picture, Pixels | Blob>;

/**
 * The middle of a picture, at a size: pixels by a triangle filter, all others as the browser's canvas draws them,
 * upright, over black. Throws an AsfpError for a picture that cannot be decoded, is empty, or may not be read.
 */
export async function readPicture(picture: Picture, size: PictureSize): Promise<Pixels> {
  if (isPixels(picture)) return fitPixels(picture, size);
  if (typeof Blob !== 'undefined' && picture instanceof Blob) {
    const bitmap = await decode(picture);
    try {
      return draw(bitmap, size);
    } finally {
      bitmap.close();
    }
  }
  if ('naturalWidth' in picture && !picture.complete) await decoded(picture);
  return draw(picture as Drawable, size);
}

function isPixels(picture: Picture): picture is Pixels {
  return 'data' in picture && ArrayBuffer.isView(picture.data);
}

async function decode(blob: Blob): Promise<ImageBitmap> {
  if (typeof createImageBitmap === 'undefined') throw noCanvas();
  try {
    return await createImageBitmap(blob);
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'picture-file',
        where: 'name' in blob && typeof blob.name === 'string' ? blob.name : 'picture',
        expected: 'a picture that this browser can read',
        found: `${blob.size} bytes of ${blob.type || 'no known type'}`,
      },
      { cause },
    );
  }
}

async function decoded(image: HTMLImageElement): Promise<void> {
  try {
    await image.decode();
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'picture-file',
        where: image.src || 'picture',
        expected: 'a picture that this browser can read',
        found: 'one that does not load',
      },
      { cause },
    );
  }
}

/** A picture's own size; a video has one from its first frame on. */
function sizeOfDrawable(picture: Drawable): PictureSize {
  if ('videoWidth' in picture) {
    const seen = picture.readyState >= 2;
    return seen ? { width: picture.videoWidth, height: picture.videoHeight } : { width: 0, height: 0 };
  }
  if ('displayWidth' in picture) return { width: picture.displayWidth, height: picture.displayHeight };
  if ('naturalWidth' in picture) return { width: picture.naturalWidth, height: picture.naturalHeight };
  return { width: picture.width, height: picture.height };
}

function draw(picture: Drawable, size: PictureSize): Pixels {
  const own = sizeOfDrawable(picture);
  if (!(own.width > 0 && own.height > 0)) {
    throw new AsfpError({
      code: 'picture-empty',
      where: 'picture',
      expected: 'a picture with pixels',
      found: Number.isFinite(own.width) ? `${own.width} × ${own.height}` : 'something that is none',
      cure: 'Wait until the image is loaded or the video plays; a bitmap or frame must not be closed',
    });
  }
  const context = contextOf(size);
  const { left, top, width, height } = middlePart(own, size);
  context.fillStyle = '#000';
  context.fillRect(0, 0, size.width, size.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, left, top, width, height, 0, 0, size.width, size.height);
  try {
    return context.getImageData(0, 0, size.width, size.height);
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'picture-tainted',
        where: 'picture',
        expected: 'a picture that this page may read',
        found: 'one of another origin',
        cure: "Load it with `crossOrigin = 'anonymous'` from a server that allows it (CORS)",
      },
      { cause },
    );
  }
}

function contextOf({
  width,
  height,
}: PictureSize): CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D {
  const settings = { willReadFrequently: true };
  const context =
    typeof OffscreenCanvas === 'undefined'
      ? (canvasElement(width, height)?.getContext('2d', settings) as CanvasRenderingContext2D | null)
      : new OffscreenCanvas(width, height).getContext('2d', settings);
  if (!context) throw noCanvas();
  return context;
}

function canvasElement(width: number, height: number): HTMLCanvasElement | undefined {
  if (typeof document === 'undefined') return undefined;
  return Object.assign(document.createElement('canvas'), { width, height });
}

function noCanvas(): AsfpError {
  return new AsfpError({
    code: 'picture-canvas',
    where: 'picture',
    expected: 'a browser that can draw it',
    found: 'no canvas here',
    cure: 'Hand in pixels: { data, width, height } of RGBA',
  });
}
