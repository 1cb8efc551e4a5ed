/** Folders within folders. */
import { dirname } from 'node:path';
import type { FileSystem } from './file-system.ts';

/** Makes a folder where there is none, and those above it; the names of those that it made survive a power cut. */
export async function makeFolders(files: FileSystem, path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = path; (await files.stat(at)) === undefined && dirname(at) !== at; at = dirname(at))
    missing.push(at);
  for (const folder of missing.toReversed())
    if (await files.makeFolder(folder)) await files.syncFolder(dirname(folder));
}
