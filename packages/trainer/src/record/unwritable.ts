// Knows what to say where something cannot be written.
import { AsfpError, describeError } from '@asfp/core';

/** Error codes of a disk, a quota or a file system that has no room left. */
const noRoom = new Set(['ENOSPC', 'EDQUOT']);

/** How a user gets on, where nothing better is known. */
const usualCure = 'Free space, or choose another folder with --out';

/** The failure to write at a path: AsfpError `disk-full` or `folder-unwritable`; an AsfpError stays what it is. */
export function unwritable(where: string, cause: unknown, cure: string = usualCure): AsfpError {
  if (cause instanceof AsfpError) return cause;
  const isFull = noRoom.has(String((cause as { code?: unknown }).code));
  return new AsfpError(
    {
      code: isFull ? 'disk-full' : 'folder-unwritable',
      where,
      expected: isFull ? 'room on the disk' : 'a folder that can be written to',
      found: describeError(cause),
      cure,
    },
    { cause },
  );
}
