/** What other archivers make of an archive: extracted where they can do no harm, as a user who may write nowhere else. */
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { type FolderImage, imageOfFolder } from './folder-image.ts';

export const ARCHIVERS = ['tar', 'bsdtar'] as const;
export type Archiver = (typeof ARCHIVERS)[number];

const NOBODY = 65_534;
const LONGEST_MS = 20_000;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** @returns what is not installed; `undefined` where all is there */
export function missingArchivers(): string | undefined {
  const missing = ARCHIVERS.filter((name) => spawnSync(name, ['--version']).status !== 0);
  return missing.length > 0 ? `not installed: ${missing.join(', ')}` : undefined;
}

/**
 * What is in `folder`, which is made, once the archiver has done what it would.
 *
 * @returns `undefined` where it did not come to an end
 */
export function extractWith(
  archiver: Archiver,
  archive: Uint8Array,
  folder: string,
): FolderImage | undefined {
  mkdirSync(folder);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  const isPacked = Buffer.from(archive.subarray(0, GZIP_MAGIC.length)).equals(GZIP_MAGIC);
  const words = ['-x', '-m', '-f', '-', '--no-same-owner', ...(isPacked ? ['-z'] : [])];
  const { error } = spawnSync(archiver, words, {
    cwd: folder,
    input: archive,
    stdio: ['pipe', 'ignore', 'ignore'],
    timeout: LONGEST_MS,
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
  });
  const hasEnded = error === undefined || (error as NodeJS.ErrnoException).code === 'EPIPE'; // it read no further
  return hasEnded ? imageOfFolder(folder) : undefined;
}

/**
 * Whether an archiver gives a member another name than it has: bsdtar takes a drive's letter away, and backslashes that
 * a name begins with, and composes the letters of what is text.
 *
 * @param path its bytes as Latin-1
 */
export function isRenamedBy(archiver: Archiver, path: string): boolean {
  if (archiver === 'tar') return false;
  const text = Buffer.from(path, 'latin1').toString();
  return /^([a-z]:|\\)/iu.test(path) || text.normalize('NFC') !== text;
}
