/** Keeps `objects/info/packs`, the list of packs for readers that cannot list a folder. */
import { compareText } from '../bytes/compare.ts';
import type { FileSystem } from '../files/file-system.ts';
import { writeFileDurably } from '../files/publish.ts';
import { encodePackList } from '../pack/pack-list.ts';
import type { PackFolder } from './pack-folder.ts';

/**
 * Writes the list anew, after packs came or went.
 *
 * @param objects the folder `objects`
 */
export async function writePackList(
  files: FileSystem,
  objects: string,
  { folder, permissions }: { readonly folder: PackFolder; readonly permissions?: number | undefined },
): Promise<void> {
  await folder.rescan();
  const names = (await folder.list()).map(({ name }) => name).sort(compareText);
  await files.makeFolder(`${objects}/info`);
  const options = permissions === undefined ? {} : { permissions };
  await writeFileDurably(files, `${objects}/info/packs`, encodePackList(names), options);
}
