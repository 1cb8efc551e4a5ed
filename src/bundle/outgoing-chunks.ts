/** Of long contents that lie here in chunks: which chunks go, and which the receiver has bytes of. */
import { type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { Repository } from '../store/repository.ts';
import type { ChunkRun } from '../wire/bundle-header.ts';

/** Where the receiver has the bytes of a chunk. */
interface HeldBytes {
  readonly object: ObjectId;
  readonly offset: number;
}

/**
 * To have an object is not to have its chunks: the receiver may hold it whole. So chunks that stay here are told by
 * where their bytes are in an object that it has.
 */
export class OutgoingChunks {
  /** Objects that go as lists. */
  readonly lists: ObjectId[] = [];
  /** Chunks that go, each once. */
  readonly sent: Set<ObjectId> = new Set();
  readonly runs: ChunkRun[] = [];
  readonly #repository: Repository;
  readonly #isHeld: (id: ObjectId) => boolean;
  readonly #places: Map<ObjectId, HeldBytes> = new Map();

  /** @param isHeld whether the receiver has an object as such */
  constructor(repository: Repository, isHeld: (id: ObjectId) => boolean) {
    this.#repository = repository;
    this.#isHeld = isHeld;
  }

  /** Takes note of an object that the receiver has. */
  async meetHeld(object: ObjectId): Promise<void> {
    let offset = 0;
    for (const { id, sizeBytes } of (await this.#repository.objects.packed.findChunks(object)) ?? []) {
      const chunk = objectIdFromBytes(id);
      if (!this.#places.has(chunk)) this.#places.set(chunk, { object, offset });
      offset += sizeBytes;
    }
  }

  /** Takes note of an object that goes: as it is, unless it lies here in chunks. */
  async meetSent(list: ObjectId): Promise<void> {
    const chunks = await this.#repository.objects.packed.findChunks(list);
    if (chunks === undefined) return;
    this.lists.push(list);
    let run: (ChunkRun & { readonly end: number }) | undefined;
    let number = -1;
    for (const { id, sizeBytes } of chunks) {
      number++;
      const chunk = objectIdFromBytes(id);
      const place = this.#isHeld(chunk) ? undefined : this.#places.get(chunk);
      if (place !== undefined && run !== undefined && run.object === place.object && run.end === place.offset)
        run = { ...run, count: run.count + 1, end: run.end + sizeBytes };
      else {
        this.#close(run);
        run = place && { list, first: number, count: 1, ...place, end: place.offset + sizeBytes };
      }
      if (place === undefined && !this.#isHeld(chunk)) this.sent.add(chunk);
    }
    this.#close(run);
  }

  #close(run: (ChunkRun & { readonly end: number }) | undefined): void {
    if (run === undefined) return;
    const { end: _, ...told } = run;
    this.runs.push(told);
  }
}
