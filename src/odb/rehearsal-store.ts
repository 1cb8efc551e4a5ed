/**
 * Reads from a store, and keeps what is put in memory: what a rehearsal writes to, and what trees are composed in that
 * are only shown.
 */
import type { ByteStream } from '../flow/byte-stream.ts';
import { createHasher, hashBytes } from '../hash/hasher.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Role } from '../object/role.ts';
import { memoryStore } from './memory-store.ts';
import type {
  ByteRange,
  ObjectReader,
  ObjectStream,
  ObjectWriter,
  ReadOptions,
  StoredObject,
} from './object-store.ts';
import { findRange } from './read-object.ts';

/** What of that which is put can be read again. */
export interface RehearsalOptions {
  /** `all`: contents, too, which must fit in memory. @default 'trees' */
  readonly keeps?: 'trees' | 'all';
}

export function rehearsalStore(
  inner: ObjectReader,
  options: RehearsalOptions = {},
): ObjectReader & ObjectWriter {
  return new RehearsalStore(inner, options);
}

class RehearsalStore implements ObjectReader, ObjectWriter {
  readonly name: string;
  readonly readNow: ObjectReader['readNow'];
  /** Of the store alone: what is kept here is answered with `absent`, and then read. */
  readonly openMany: ObjectReader['openMany'];
  readonly findDeflated: ObjectReader['findDeflated'];
  readonly #inner: ObjectReader;
  readonly bring?: ObjectReader['bring'];
  readonly #kept = memoryStore();
  readonly #keeps: 'trees' | 'all';

  constructor(inner: ObjectReader, { keeps = 'trees' }: RehearsalOptions) {
    this.name = `rehearsal(${inner.name})`;
    this.#inner = inner;
    this.#keeps = keeps;
    this.openMany = inner.openMany;
    this.findDeflated = inner.findDeflated;
    this.bring = inner.bring;
    if (inner.readNow === undefined) return;
    this.readNow = (id, options) => this.#kept.readNow?.(id, options) ?? inner.readNow?.(id, options);
  }

  async has(id: ObjectId): Promise<boolean> {
    return (await this.#kept.has(id)) || this.#inner.has(id);
  }

  async stat(id: ObjectId): ReturnType<ObjectReader['stat']> {
    return (await this.#kept.stat(id)) ?? this.#inner.stat(id);
  }

  async read(id: ObjectId, options?: ReadOptions): Promise<Uint8Array | undefined> {
    return (await this.#kept.read(id, options)) ?? this.#inner.read(id, options);
  }

  async open(id: ObjectId): Promise<ObjectStream | undefined> {
    return (await this.#kept.open(id)) ?? this.#inner.open(id);
  }

  async readRange(id: ObjectId, range: ByteRange): Promise<ByteStream | undefined> {
    return findRange((await this.#kept.has(id)) ? this.#kept : this.#inner, id, range);
  }

  ids(hexPrefix?: string): AsyncIterable<ObjectId> {
    return this.#inner.ids(hexPrefix);
  }

  async put(hint: Role, content: Uint8Array): Promise<ObjectId> {
    return hint === 'tree' || this.#keeps === 'all' ? this.#kept.put(hint, content) : hashBytes(content);
  }

  async putStream(hint: Role, content: ByteStream): Promise<StoredObject> {
    if (this.#keeps === 'all') return this.#kept.putStream(hint, content);
    const hasher = createHasher();
    let sizeBytes = 0;
    for await (const piece of content) {
      hasher.update(piece);
      sizeBytes += piece.length;
    }
    return { id: hasher.finish(), sizeBytes };
  }

  freshen(id: ObjectId): Promise<boolean> {
    return this.has(id);
  }

  async flush(): Promise<void> {}
}
