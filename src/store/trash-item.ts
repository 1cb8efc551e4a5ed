/** What lies in the trash: loose objects, and packs as wholes. */
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
