// Knows how a JPEG or PNG file, or a part of it, becomes pixels of a size.
import { readFile } from 'node:fs/promises';
import { AsfpError, describeError } from '@asfp/core';
import sharp, { type Sharp } from 'sharp';
import type { Area } from './augment.ts';
import type { View } from './dataset.ts';

/** Height and width in pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** A picture that is read, not decoded yet. */
export interface Picture extends Size {
  /** The pixels of a part of it, or of a view, brought to a size, `[h, w, 3]`. Throws AsfpError `image-broken`. */
  show(what: Area | View, size: Size): Promise<Uint8Array>;
}

/**
 * Reads a picture: upright as its EXIF data says, RGB, over black where it is transparent. Throws AsfpError `image-broken`.
 */
export async function openPicture(path: string): Promise<Picture> {
  const bytes = await attempt(path, () => readFile(path));
  const upright = (await attempt(path, () => sharp(bytes).metadata())).autoOrient;
  const show = (what: Area | View, size: Size): Promise<Uint8Array> =>
    attempt(path, () => pixelsOf(sharp(bytes).autoOrient(), upright, what, size));
  return { height: upright.height, width: upright.width, show };
}

/** A part of pixels `[h, w, c]`, brought to a size. */
export async function resizePart(
  pixels: Uint8Array,
  shape: Size & { readonly channels: number },
  part: Area,
  size: Size,
): Promise<Uint8Array> {
  const { height, width, channels } = shape;
  const image = sharp(pixels, { raw: { height, width, channels: channels as 1 | 3 } });
  return stretch(image.extract(part), size)
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer();
}

async function pixelsOf(image: Sharp, own: Size, what: Area | View, size: Size): Promise<Uint8Array> {
  const shown =
    what === 'whole'
      ? stretch(image, size)
      : what === 'centre'
        ? middle(image, own, size)
        : stretch(image.extract(what), size);
  return shown.flatten({ background: '#000' }).toColourspace('srgb').raw().toBuffer();
}

function stretch(image: Sharp, { height, width }: Size): Sharp {
  return image.resize(width, height, { fit: 'fill', kernel: 'linear' });
}

/** The shorter side brought to 256/224 of the size, then the middle. */
function middle(image: Sharp, own: Size, size: Size): Sharp {
  const scale = Math.max((size.height * 256) / 224 / own.height, (size.width * 256) / 224 / own.width);
  const height = Math.round(own.height * scale);
  const width = Math.round(own.width * scale);
  const top = (height - size.height) >> 1;
  const left = (width - size.width) >> 1;
  return stretch(image, { height, width }).extract({ top, left, ...size });
}

async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'image-broken',
        where: path,
        expected: 'a whole JPEG or PNG image',
        found: describeError(cause).split('\n')[0] ?? 'an error',
        cure: 'Replace or remove the file',
      },
      { cause },
    );
  }
}
