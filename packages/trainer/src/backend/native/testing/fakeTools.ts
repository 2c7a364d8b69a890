// Knows programs that play a compiler and a Python with pip, for tests: they write files where the real ones would.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const compiler = `
[ "$1" = --version ] && exit
all="$*"
while [ "$1" != -o ]; do
  case "$1" in *.cc) [ -e "$1" ] || { echo "warning: x" >&2; echo "$1: error: no such file" >&2; exit 1; };; esac
  shift
done
echo "$all" > "$2"`;

const python = `
case "$1 $2 $3" in
*find_spec*)
  [ "$FAKE_TENSORFLOW" ] && facts='"folder":"%s","distribution":"tensorflow-cpu","version":"2.20.0"'
  printf "{\${facts-\\"folder\\":null,\\"distribution\\":null,\\"version\\":null}}" "$FAKE_TENSORFLOW";;
-c*)
  [ -s "$3" ] || { echo 'zipfile.BadZipFile: File is not a zip file' >&2; exit 1; }
  case "$3" in */nvidia*) mkdir -p "$4/nvidia/one/lib"; touch "$4/nvidia/one/lib/libcudart.so.12" "$4/nvidia/one/lib/libx.so.1";; esac
  folder="$4/tensorflow"
  mkdir -p "$folder/include"
  touch "$folder/libtensorflow_cc.so.2" "$folder/libtensorflow_framework.so.2"
  echo '{"version":"2.21.0","cuda":["nvidia-one==1","nvidia-two==2"]}';;
*--version)
  [ -z "$FAKE_NO_PIP" ] || { echo 'No module named pip' >&2; exit 1; };;
*)
  [ -z "$FAKE_NO_NETWORK" ] || { echo 'ERROR: No matching distribution found' >&2; exit 1; }
  while [ "$1" != -d ]; do shift; done
  mkdir -p "$2"
  printf "\${FAKE_BROKEN-wheel}" > "$2/$3.whl";;
esac`;

/** Writes the programs into a folder and gives the search path on which nothing else is. */
export function fakeTools(folder: string, programs: readonly ('g++' | 'python3')[]): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const name of programs) {
    const body = name === 'g++' ? compiler : python;
    writeFileSync(join(bin, name), `#!/bin/sh\nPATH=/usr/bin:/bin${body}\n`, { mode: 0o755 });
  }
  return bin;
}
