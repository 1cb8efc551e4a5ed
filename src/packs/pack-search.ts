/** Looks for one object in all packs: a copy that is damaged, or a pack that is gone, does not end the search. */
import { bytesOfId, type ObjectId } from '../hash/object-id.ts';
import { isDamage } from '../odb/first-sound.ts';
import { corruptObject } from '../odb/read-object.ts';
import type { IdxHit } from '../pack/idx-pages.ts';
import { isGone } from './pack-bytes.ts';
import type { PackFile } from './pack-file.ts';
import type { PackFolder } from './pack-folder.ts';

/** Packs that others remove while we read come to an end. */
const MAX_RESCANS = 3;

/** Where an object lies, by an idx that may not be proved. */
export interface PackPlace {
  readonly pack: PackFile;
  readonly hit: IdxHit;
}

/** Where to look. */
export interface PackSearch {
  readonly folder: PackFolder;
  /** The pack that is not looked into. @default none */
  readonly except?: PackFile | undefined;
}

/**
 * What `look` makes of the first copy of an object that it finds no fault with.
 *
 * @param look throws a CorruptError for a copy that is damaged
 * @returns `undefined` where no pack has the object
 * @throws CorruptError `OBJECT_CORRUPT` where no copy is sound, `IDX_INVALID` where it may be in a pack whose idx
 *   is damaged
 */
export async function searchPacks<Value>(
  { folder, except }: PackSearch,
  id: ObjectId,
  look: (place: PackPlace) => Value | Promise<Value>,
): Promise<Value | undefined> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await searchOnce({ folder, except }, id, look);
    } catch (error) {
      if (!isGone(error)) throw error;
      if (attempt === MAX_RESCANS) return undefined;
      await folder.rescan();
    }
  }
}

async function searchOnce<Value>(
  { folder, except }: PackSearch,
  id: ObjectId,
  look: (place: PackPlace) => Value | Promise<Value>,
): Promise<Value | undefined> {
  const idBytes = bytesOfId(id);
  let damage: unknown;
  for (const pack of folder.known ?? (await folder.list())) {
    if (pack === except) continue;
    let hit: IdxHit | undefined;
    try {
      const found = pack.find(idBytes);
      hit = found instanceof Promise ? await found : found;
      if (hit === undefined) continue;
      const value = await look({ pack, hit });
      folder.prefer(pack);
      return value;
    } catch (error) {
      if (!isDamage(error)) throw error;
      damage ??= hit === undefined ? error : corruptObject(id, `${pack.path}:${hit.offset}`, error);
    }
  }
  if (damage !== undefined) throw damage;
  return undefined;
}

/** Whether a pack has an object, by those idx that are held; `undefined` where it may be in a pack of another. */
export function peekPacks({ known }: PackFolder, id: ObjectId): boolean | undefined {
  if (known === undefined || known.length === 0) return known && false;
  const idBytes = bytesOfId(id);
  if (known.some(({ index }) => index.whole !== undefined && index.whole.find(idBytes) >= 0)) return true;
  return known.every(({ index }) => index.whole !== undefined) ? false : undefined;
}
