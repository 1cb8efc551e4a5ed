/** Keeps `objects/info/packs`, the list of packs for readers that cannot list a folder. */
import { compareText } from '../bytes/compare.ts';
import type { FileSystem } from '../files/file-system.ts';
import { writeFileDurably } from '../files/publish.ts';
import { encodePackList } from '../pack/pack-list.ts';
import type { PackFolder } from './pack-folder.ts';

/** Others may change packs while the list is written; so often in a row they do not. */
const MAX_ATTEMPTS = 10;

/**
 * Writes the list anew, after packs came or went. Of several that do so at once, the last one leaves the right list.
 *
 * @param objects the folder `objects`
 */
export async function writePackList(
  files: FileSystem,
  objects: string,
  { folder, permissions }: { readonly folder: PackFolder; readonly permissions?: number | undefined },
): Promise<void> {
  const options = permissions === undefined ? {} : { permissions };
  await files.makeFolder(`${objects}/info`);
  let names = await listNames(folder);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    await writeFileDurably(files, `${objects}/info/packs`, encodePackList(names), options);
    const written = names;
    names = await listNames(folder);
    if (names.join() === written.join()) return;
  }
}

async function listNames(folder: PackFolder): Promise<string[]> {
  await folder.rescan();
  return (await folder.list()).map(({ name }) => name).sort(compareText);
}
