/**
 * What a reference takes an object for. Only the reference says it: the same bytes may be a file here and a
 * tree there, so whatever remembers ids remembers a role with each.
 */
import type { ObjectId } from '../hash/object-id.ts';

export type Role = 'content' | 'tree' | 'snapshot';

export interface Reference {
  readonly role: Role;
  readonly id: ObjectId;
}

/** A set of references: the same id in two roles is two members. */
export class ReferenceSet {
  readonly #ids: Record<Role, Set<ObjectId>> = { content: new Set(), tree: new Set(), snapshot: new Set() };

  /** `false` when it was there already. */
  add(role: Role, id: ObjectId): boolean {
    const ids = this.#ids[role];
    const before = ids.size;
    return ids.add(id).size > before;
  }

  has(role: Role, id: ObjectId): boolean {
    return this.#ids[role].has(id);
  }

  /** Another set of the same members. */
  copy(): ReferenceSet {
    const copy = new ReferenceSet();
    for (const role of ['content', 'tree', 'snapshot'] as const) copy.#ids[role] = new Set(this.#ids[role]);
    return copy;
  }

  /** The ids that are here in one role. */
  ids(role: Role): ReadonlySet<ObjectId> {
    return this.#ids[role];
  }

  /** Whether an object is wanted in any role: what decides if its bytes stay. */
  hasAny(id: ObjectId): boolean {
    return this.has('content', id) || this.has('tree', id) || this.has('snapshot', id);
  }

  get size(): number {
    return this.#ids.content.size + this.#ids.tree.size + this.#ids.snapshot.size;
  }
}
