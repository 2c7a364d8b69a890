// Knows how raw pixels become an address that a browser draws: a BMP in base64, written by hand.

/** Pixels of `[h, w, c]`, 0 … 255; one channel is grey, three are red, green and blue. */
export interface RawImage {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixels: ArrayLike<number>;
}

const headerBytes = 54;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The picture as a `data:` address, 24 bits a pixel. */
export function bitmapUrl({ height, width, channels, pixels }: RawImage): string {
  const rowBytes = Math.ceil((width * 3) / 4) * 4;
  const file = new Uint8Array(headerBytes + rowBytes * height);
  const view = new DataView(file.buffer);
  file.set([0x42, 0x4d]);
  view.setUint32(2, file.length, true);
  view.setUint32(10, headerBytes, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  // A negative height: rows from the top.
  view.setInt32(22, -height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      for (let c = 0; c < 3; c++) {
        file[headerBytes + y * rowBytes + x * 3 + 2 - c] = pixels[from + (channels < 3 ? 0 : c)] ?? 0;
      }
    }
  }
  return `data:image/bmp;base64,${base64(file)}`;
}

function base64(data: Uint8Array): string {
  let text = '';
  for (let i = 0; i < data.length; i += 3) {
    const [a = 0, b, c] = data.subarray(i, i + 3);
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    text += alphabet.charAt(bits >> 18) + alphabet.charAt((bits >> 12) & 63);
    text +=
      (b === undefined ? '=' : alphabet.charAt((bits >> 6) & 63)) +
      (c === undefined ? '=' : alphabet.charAt(bits & 63));
  }
  return text;
}
