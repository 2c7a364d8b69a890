// The door to trainer's files alone: reading and writing models without loading tfjs.
export { writeFileWhole, writeFolderWhole } from './record/atomicFiles.ts';
export { makeFolders } from './record/makeFolders.ts';
export { type ModelOnDisk, readModelFiles } from './record/readModelFiles.ts';
export { unwritable } from './record/unwritable.ts';
