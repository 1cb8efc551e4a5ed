/** What one import was given while that is little: held in memory, for it may become loose objects. */
import type { ObjectId } from '../hash/object-id.ts';
import type { Role } from '../object/role.ts';
import { type MemoryStore, memoryStore } from '../odb/memory-store.ts';

/** Up to here an import is written as loose objects. */
const FEW_OBJECTS = 20;
const FEW_BYTES: number = 2 ** 20;

export class FewObjects {
  readonly store: MemoryStore = memoryStore();
  #bytes = 0;

  get count(): number {
    return this.store.objects.size;
  }

  has(id: ObjectId): boolean {
    return this.store.objects.has(id);
  }

  /** Whether they are still few with another one. */
  hasRoomFor(sizeBytes: number): boolean {
    return this.count < FEW_OBJECTS && this.#bytes + sizeBytes <= FEW_BYTES;
  }

  /** @param content copied before it returns */
  put(hint: Role, content: Uint8Array): Promise<ObjectId> {
    this.#bytes += content.length;
    return this.store.put(hint, content);
  }
}
