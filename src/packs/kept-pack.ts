/** Packs that a user has marked: nobody takes them away. */
import type { FileSystem } from '../files/file-system.ts';
import type { PackFile } from './pack-file.ts';

/** Whether a `.keep` lies beside a pack now; one may come at any time. */
export async function isKeptPack(files: FileSystem, { path }: PackFile): Promise<boolean> {
  return (await files.stat(path.replace(/\.pack$/, '.keep'))) !== undefined;
}
