// Knows that the bytes of a picture survive, in the order that a BMP wants them.
import { expect, test } from 'vitest';
import { bitmapUrl } from './bitmapUrl.ts';

test('a colour picture becomes rows of blue, green, red, padded to four bytes', () => {
  const url = bitmapUrl({ height: 2, width: 1, channels: 3, pixels: [1, 2, 3, 250, 251, 252] });
  const file = Uint8Array.from(decode(url.replace('data:image/bmp;base64,', '')));
  const view = new DataView(file.buffer);
  expect(String.fromCharCode(...file.slice(0, 2))).toBe('BM');
  expect(view.getUint32(2, true)).toBe(file.length);
  expect([view.getInt32(18, true), view.getInt32(22, true), view.getUint16(28, true)]).toEqual([1, -2, 24]);
  expect([...file.slice(54)]).toEqual([3, 2, 1, 0, 252, 251, 250, 0]);
});

test('grey is the same in all three', () => {
  const url = bitmapUrl({ height: 1, width: 2, channels: 1, pixels: [7, 200] });
  expect(decode(url.replace('data:image/bmp;base64,', '')).slice(54)).toEqual([7, 7, 7, 200, 200, 200, 0, 0]);
});

/** Base64 by its definition: six bits a letter. */
function decode(text: string): number[] {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const bits = [...text.replace(/=+$/, '')]
    .map((letter) => letters.indexOf(letter).toString(2).padStart(6, '0'))
    .join('');
  return Array.from({ length: Math.floor(bits.length / 8) }, (_, i) =>
    Number.parseInt(bits.slice(8 * i, 8 * i + 8), 2),
  );
}
