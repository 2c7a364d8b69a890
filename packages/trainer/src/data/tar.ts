// Knows enough of the tar format to take plain files out of an archive.
import { AsfpError } from '@asfp/core';

const block = 512;

/**
 * The plain files of a tar archive by their names; folders, links and extended headers are passed over.
 * Throws AsfpError `tar-broken` when the archive ends inside a file or a header does not add up.
 */
export function readTar(bytes: Uint8Array, where: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + block <= bytes.length; ) {
    const header = bytes.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) break;
    // The sum counts its own eight bytes as spaces.
    const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
    const size = octal(header, 124, 12);
    if (octal(header, 148, 8) !== sum || !Number.isFinite(size)) {
      throw broken(where, `a header at byte ${at}`, 'bytes that do not add up');
    }
    const from = at + block;
    if (from + size > bytes.length) {
      throw broken(where, `${size} bytes for ${text(header, 0, 100)}`, `${bytes.length - from}`);
    }
    const kind = header[156];
    const prefix = text(header, 345, 155);
    const name = (prefix === '' ? '' : `${prefix}/`) + text(header, 0, 100);
    if (kind === 0 || kind === 0x30) files.set(name, bytes.subarray(from, from + size));
    at = from + Math.ceil(size / block) * block;
  }
  return files;
}

function text(header: Uint8Array, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function octal(header: Uint8Array, from: number, length: number): number {
  return Number.parseInt(text(header, from, length).trim(), 8);
}

function broken(where: string, expected: string, found: string): AsfpError {
  return new AsfpError({ code: 'tar-broken', where, expected, found, cure: 'Get the archive again' });
}
