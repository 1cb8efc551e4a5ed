/** The ids of all objects in packs, in order. */
import { compareBytes } from '../bytes/compare.ts';
import { hexOf, ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { isGone } from './pack-bytes.ts';
import type { PackFolder } from './pack-folder.ts';

const MAX_RESCANS = 3;

/**
 * Every id that begins with these hex digits once, ascending. Of each pack the ids of one first byte are held at a
 * time.
 *
 * @throws CorruptError `IDX_INVALID`
 */
export async function* packedIds(folder: PackFolder, hexPrefix: string): AsyncGenerator<ObjectId> {
  if (!/^[0-9a-f]*$/.test(hexPrefix)) return;
  await folder.rescan();
  const digits = hexPrefix.slice(0, 2);
  const first = Number.parseInt(digits.padEnd(2, '0'), 16);
  const last = Number.parseInt(digits.padEnd(2, 'f'), 16);
  for (let byte = first; byte <= last; byte++) {
    for (const id of await idsUnder(folder, byte)) if (hexOf(id).startsWith(hexPrefix)) yield id;
  }
}

async function idsUnder(folder: PackFolder, byte: number): Promise<ObjectId[]> {
  for (let attempt = 0; ; attempt++) {
    try {
      const columns: Uint8Array[] = [];
      for (const pack of await folder.list()) columns.push(await pack.index.idsUnder(byte));
      return mergeColumns(columns);
    } catch (error) {
      if (!isGone(error) || attempt === MAX_RESCANS) throw error;
      await folder.rescan();
    }
  }
}

function mergeColumns(columns: readonly Uint8Array[]): ObjectId[] {
  const filled = columns.filter(({ length }) => length > 0);
  const ids = filled.flatMap((column) =>
    Array.from({ length: column.length / ID_BYTES }, (_, row) =>
      column.subarray(row * ID_BYTES, (row + 1) * ID_BYTES),
    ),
  );
  if (filled.length > 1) ids.sort(compareBytes);
  return ids.filter((id, at) => at === 0 || compareBytes(ids[at - 1]!, id) !== 0).map(objectIdFromBytes);
}
