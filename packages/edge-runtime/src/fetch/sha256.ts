// Knows the SHA-256 of bytes, as model cards write it.

/** The SHA-256 in hexadecimal; null where the page may not compute it (no secure context). */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string | null> {
  if (typeof crypto === 'undefined' || !crypto.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
