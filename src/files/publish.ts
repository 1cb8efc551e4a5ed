/**
 * The one way for a file to appear: whole and synced under a temporary name first, then under its own at once, so
 * that a reader sees all of it or none, whatever stops the writer.
 */
import { dirname } from 'node:path';
import type { FileSystem } from './file-system.ts';
import { type TemporaryOptions, writeTemporary } from './temporary.ts';

export interface PublishOptions {
  /**
   * What becomes of a file that has the name already. Where files cannot have two names, `keep` looks before it
   * renames, and the later of two writers at the same instant wins.
   *
   * @default 'keep'
   */
  readonly existing?: 'keep' | 'replace';
}

/**
 * Gives the synced file `temporary` the name `path`, in the same file system. The name itself is durable once its
 * folder is synced, which is left to the caller: one sync does for many names.
 *
 * @returns `exists` where another file keeps the name: the temporary is then still there, and the caller's
 */
export async function publish(
  files: FileSystem,
  temporary: string,
  path: string,
  options: PublishOptions = {},
): Promise<'published' | 'exists'> {
  const { existing = 'keep' } = options;
  if (existing === 'keep') {
    const answer = await files.link(temporary, path);
    if (answer === 'exists') return 'exists';
    if (answer === 'linked') {
      await files.remove(temporary);
      return 'published';
    }
    if ((await files.stat(path)) !== undefined) return 'exists';
  }
  await files.rename(temporary, path);
  return 'published';
}

/**
 * Makes `bytes` the content of the file at `path`, new or not. Once it resolves, they survive a power cut; where it
 * rejects, what was there is there still, unless only the sync of the folder failed: then it is either.
 */
export async function writeFileDurably(
  files: FileSystem,
  path: string,
  bytes: Uint8Array,
  options: TemporaryOptions = {},
): Promise<void> {
  const folder = dirname(path);
  const temporary = await writeTemporary(files, folder, bytes, options);
  try {
    await publish(files, temporary, path, { existing: 'replace' });
  } catch (error) {
    await Promise.allSettled([files.remove(temporary)]); // the first error is the one to report
    throw error;
  }
  await files.syncFolder(folder);
}
