// Knows the packages as a registry would get them: packed, and unpacked into a folder.
import { execFileSync, type StdioOptions } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One packed package. */
export interface PackedPackage {
  readonly name: string;
  readonly tarball: Uint8Array<ArrayBuffer>;
  /** The folder that it is unpacked into. */
  readonly folder: string;
  /** Paths below the folder, sorted, with forward slashes. */
  readonly files: readonly string[];
  /** Its package.json, as it is published. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

/** What a tool says aside would be output of the test. */
const QUIET: StdioOptions = ['ignore', 'pipe', 'pipe'];

/** Packs every package and unpacks it into `node_modules/NAME` below a folder. */
export function packPackages(folder: string): PackedPackage[] {
  const pnpm = fileURLToPath(new URL('../../scripts/pnpm.mjs', import.meta.url));
  const pack = ['-r', '--filter', './packages/*', 'pack', '--pack-destination', folder, '--json'];
  const text = execFileSync(process.execPath, [pnpm, ...pack], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    encoding: 'utf8',
    stdio: QUIET,
  });
  const packed = JSON.parse(text) as readonly { readonly name: string; readonly filename: string }[];
  return packed.map(({ name, filename }) => {
    const file = join(folder, basename(filename));
    const home = join(folder, 'node_modules', name);
    mkdirSync(home, { recursive: true });
    execFileSync('tar', ['-xzf', file, '-C', home, '--strip-components=1'], { stdio: QUIET });
    const files = readdirSync(home, { recursive: true, encoding: 'utf8' })
      .filter((path) => statSync(join(home, path)).isFile())
      .map((path) => path.replaceAll('\\', '/'))
      .sort();
    const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
    return { name, tarball: new Uint8Array(readFileSync(file)), folder: home, files, manifest };
  });
}
