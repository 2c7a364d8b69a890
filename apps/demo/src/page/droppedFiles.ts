// Knows what was dropped or picked: files, also those inside of folders, and whether they are a model or a picture.

/** More files than any model has: a whole disk dropped by mistake is not read to its end. */
const MOST = 2000;

/** All files of a drop, folders opened. */
export async function droppedFiles(data: DataTransfer | null): Promise<File[]> {
  // The list is empty as soon as the event is over.
  const entries = [...(data?.items ?? [])].map((item) => item.webkitGetAsEntry());
  const plain = [...(data?.files ?? [])];
  if (entries.every((entry) => entry === null)) return plain;
  const files: File[] = [];
  for (const entry of entries) if (entry) await collect(entry, files);
  return files;
}

async function collect(entry: FileSystemEntry, files: File[]): Promise<void> {
  if (files.length >= MOST) return;
  if (entry.isFile) {
    files.push(await new Promise((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives a hundred at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0 || files.length >= MOST) return;
    for (const one of some) await collect(one, files);
  }
}

/** True when files are meant as a model: there is a .json among them. */
export function areModel(files: readonly File[]): boolean {
  return files.some(({ name }) => /\.json$/i.test(name));
}
