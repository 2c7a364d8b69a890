// Knows the types of findChromium.mjs.

/** A browser and how it was found. */
export interface FoundChromium {
  /** Absolute path of the executable. */
  readonly path: string;
  readonly source: string;
}

/** What the search depends on; each part defaults to this process and this machine. */
export interface ChromiumSearch {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: string;
  /** Whether an executable file starts; by default it is asked for its version. */
  readonly starts?: (path: string) => boolean;
}

/**
 * The Chromium to drive: `CHROMIUM_PATH`, else one on PATH or at its usual place, else one of Playwright's;
 * undefined where there is none. Throws an Error when `CHROMIUM_PATH` names something that does not start.
 */
export function findChromium(search?: ChromiumSearch): FoundChromium | undefined;
