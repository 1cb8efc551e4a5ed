/** Keeps `objects/info/packs`, the list of packs for readers that cannot list a folder. */
import { compareText } from '../bytes/compare.ts';
import type { FileSystem } from '../files/file-system.ts';
import { publish } from '../files/publish.ts';
import { createTemporary, discard, type TemporaryOptions } from '../files/temporary.ts';
import { encodePackList } from '../pack/pack-list.ts';
import type { PackFolder } from './pack-folder.ts';

/** Others may change packs while the list is written; so often in a row they do not. */
const MAX_ATTEMPTS = 10;

/**
 * Writes the list anew, after packs came or went. Of several that do so at once, the last one leaves the right list.
 * It is derived: a power cut may leave it as it was.
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
    await replace(files, `${objects}/info`, { bytes: encodePackList(names), options });
    const written = names;
    names = await listNames(folder);
    if (names.join() === written.join()) return;
  }
}

async function listNames(folder: PackFolder): Promise<string[]> {
  await folder.rescan();
  return (await folder.list()).map(({ name }) => name).sort(compareText);
}

async function replace(
  files: FileSystem,
  folder: string,
  { bytes, options }: { readonly bytes: Uint8Array; readonly options: TemporaryOptions },
): Promise<void> {
  const temporary = await createTemporary(files, folder, options);
  try {
    await temporary.file.write(bytes, 0);
    await temporary.file.close();
    await publish(files, temporary.path, `${folder}/packs`, { existing: 'replace' });
  } catch (error) {
    await discard(files, temporary);
    throw error;
  }
}
