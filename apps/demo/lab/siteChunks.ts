// Knows which files a built page can ever load: its own scripts and all that they name.
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** Paths, below the site, of all scripts and styles that a page reaches, statically or on demand. */
export function siteChunks(site: string, page: string): string[] {
  const reached = new Set<string>();
  const follow = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    const text = readFileSync(posix.join(site, path), 'utf8');
    // Whatever looks like the name of a chunk counts: better one too many than one that is overlooked.
    for (const [, name] of text.matchAll(/["'`]([\w./-]+\.(?:js|css))["'`]/g)) {
      const file = posix.join(name?.startsWith('assets/') ? '.' : posix.dirname(path), String(name));
      if (exists(posix.join(site, file))) follow(file);
    }
  };
  follow(page);
  return [...reached].filter((path) => path !== page).sort();
}

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}
