// Knows what the page finds beside itself in `run/`: two models, test pictures, and what the run left behind.

/** `run/index.json`: paths relative to `run/`, absent where the run has no such file. */
export interface RunIndex {
  readonly dense?: string;
  readonly compact?: string;
  readonly pictures?: string;
  readonly compactReport?: string;
  readonly report?: string;
}

/** A test picture: raw bytes `[h, w, c]`, 0 … 255. */
export interface TestPicture {
  readonly label: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixels: Uint8Array;
}

interface PicturesFile {
  readonly format: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly labels: readonly string[];
  readonly pictures: readonly { readonly label: number; readonly pixels: string }[];
}

/** The address of a path in the run folder. */
export function runUrl(path: string): string {
  return new URL(`run/${path}`, location.href).href;
}

/** The index of the run folder; empty when the server has none. */
export async function readRunIndex(): Promise<RunIndex> {
  const index = await readJson(runUrl('index.json'));
  return typeof index === 'object' && index !== null ? index : {};
}

/** The test pictures at an address; none when the file is missing or no picture file. */
export async function readPictures(url: string | undefined): Promise<TestPicture[]> {
  const file = url === undefined ? null : await readJson(url);
  if (!isPicturesFile(file)) return [];
  const { height, width, channels, labels } = file;
  return file.pictures
    .map(({ label, pixels }) => ({
      label: labels[label] ?? `class ${label}`,
      height,
      width,
      channels,
      pixels: bytesOf(pixels),
    }))
    .filter(({ pixels }) => pixels.length === height * width * channels);
}

/** What JSON says at an address; null where there is none. */
export async function readJson(url: string): Promise<unknown> {
  try {
    const response = await fetch(url);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

function isPicturesFile(value: unknown): value is PicturesFile {
  return (
    typeof value === 'object' && value !== null && 'format' in value && value.format === 'asfp.pictures/1'
  );
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
