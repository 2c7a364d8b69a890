// Knows how fields of a Protocol Buffers message are written as bytes; only what an ONNX file needs.

/** Bytes of one field, tag included, or of several. */
export type ProtoBytes = Uint8Array;

/** Pieces as one. */
export function joinBytes(pieces: readonly ProtoBytes[]): ProtoBytes {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

/** An int64 or enum field; negative numbers take ten bytes, as the format wants it. */
export function intField(field: number, value: number): ProtoBytes {
  return Uint8Array.from([...varint(field * 8), ...varint(value)]);
}

/** A float field. */
export function floatField(field: number, value: number): ProtoBytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return joinBytes([Uint8Array.from(varint(field * 8 + 5)), bytes]);
}

/** A field of bytes: a string, a nested message, or raw data. */
export function bytesField(field: number, value: string | ProtoBytes | readonly ProtoBytes[]): ProtoBytes {
  const bytes =
    typeof value === 'string'
      ? utf8(value)
      : value instanceof Uint8Array
        ? value
        : joinBytes(value as readonly ProtoBytes[]);
  return joinBytes([Uint8Array.from([...varint(field * 8 + 2), ...varint(bytes.byteLength)]), bytes]);
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

function utf8(text: string): ProtoBytes {
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else
      bytes.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      );
  }
  return Uint8Array.from(bytes);
}
