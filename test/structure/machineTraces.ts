// Knows the traces that a machine leaves in a repository: absolute paths, hosts of registries.
import type { RepositoryFile } from './repositoryFiles.ts';

const HOME_FOLDERS = ['work', 'root', 'home', 'Users'].join('|');
const MACHINE_PATH = new RegExp(`(?<![\\w.\\]-])/(?:${HOME_FOLDERS})/[\\w.-]+`);

/** Machine paths in any file, and addresses in the lock file, which must hold for any registry. */
export function machineTraces(files: readonly RepositoryFile[]): string[] {
  const faults: string[] = [];
  for (const { path, text } of files) {
    const isLock = path === 'pnpm-lock.yaml';
    for (const [index, line] of text.split('\n').entries()) {
      const found =
        MACHINE_PATH.exec(line)?.[0] ?? (isLock ? /https?:\/\/\S+|\btarball:/.exec(line)?.[0] : undefined);
      if (found !== undefined) faults.push(`${path}:${index + 1}: ${found}`);
    }
  }
  return faults;
}
