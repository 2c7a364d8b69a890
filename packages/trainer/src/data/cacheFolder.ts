// Knows where downloads are kept.
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The user's cache folder for one data set: `$XDG_CACHE_HOME/asfp/<name>`, or below `~/.cache`; it may not exist yet. */
export function cacheFolder(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(base, 'asfp', name);
}
