/** What lies in the trash, by its names: loose objects, and packs as wholes. */
import { toByteString } from '../bytes/byte-string.ts';
import type { FolderEntry } from '../files/file-system.ts';
import type { ObjectId } from '../hash/object-id.ts';

/** One thing in the trash that comes back, or goes, as a whole. */
export type TrashItem = LooseTrash | PackTrash;

export interface LooseTrash {
  readonly kind: 'loose';
  readonly id: ObjectId;
  readonly timeMs: number;
}

export interface PackTrash {
  readonly kind: 'pack';
  /** `pack-<64 hex digits>`. */
  readonly name: string;
  readonly timeMs: number;
}

const PACK = /^(pack-[0-9a-f]{64})\.(pack|meta|idx)$/;

/** The names of packs any of whose files are in a folder. */
export function packsAmong(entries: readonly FolderEntry[]): Set<string> {
  return new Set(entries.flatMap(({ name }) => PACK.exec(toByteString(name))?.[1] ?? []));
}
