/**
 * The objects of one store on disk: packs first, then loose ones. What one form has lost another may still have, and
 * what is in neither may have been moved while we looked: only then is it absent.
 */
import { CorruptError, RefusedError } from '../errors/errors.ts';
import { type ByteStream, streamOf } from '../flow/byte-stream.ts';
import { hashBytes } from '../hash/hasher.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { LooseSnapshot } from '../loose/loose-snapshot.ts';
import { openLooseStore } from '../loose/loose-store.ts';
import type { LooseWriterOptions } from '../loose/loose-writer.ts';
import type { Role } from '../object/role.ts';
import { mergeIds } from '../odb/merged-ids.ts';
import type {
  ByteRange,
  ObjectInfo,
  ObjectReader,
  ObjectStore,
  ObjectStream,
  PutStreamOptions,
  ReadOptions,
  StoredObject,
} from '../odb/object-store.ts';
import { findRange } from '../odb/read-object.ts';
import { type Intake, type IntakeOptions, MAX_WHOLE_BYTES, openIntakeStore } from '../packs/intake-store.ts';
import { writePackList } from '../packs/pack-list-file.ts';
import { openPackedStore, type PackedStore } from '../packs/packed-store.ts';

export interface FilesStoreOptions extends LooseWriterOptions {
  readonly chunkThreshold?: number;
  /** Puts an object back that was taken out of the way as garbage; whether there was one. @default never */
  readonly restore?: (id: ObjectId) => Promise<boolean>;
}

/** What is in `objects/`, by its parts too. */
export interface FilesStore extends ObjectStore {
  readonly packed: PackedStore;
  readonly loose: ObjectStore;
  /** The store of one import, whose objects appear here with its `flush`. */
  openIntake(): Intake;
}

/** @param folder `objects` */
export function openFilesStore(folder: string, options: FilesStoreOptions): FilesStore {
  return new LayeredFiles(folder, options);
}

class LayeredFiles implements FilesStore {
  readonly name = 'files';
  readonly packed: PackedStore;
  readonly loose: ObjectStore;
  readonly #folder: string;
  readonly #options: FilesStoreOptions;

  constructor(folder: string, options: FilesStoreOptions) {
    this.#folder = folder;
    this.#options = options;
    this.loose = openLooseStore(folder, options);
    this.packed = openPackedStore(`${folder}/pack`, {
      ...options,
      readElsewhere: async (id, how) => (await this.loose.read(id, how)) ?? this.#readRestored(id, how),
    });
  }

  openIntake(): Intake {
    const { files, codec, level, permissions, random, chunkThreshold } = this.#options;
    const loose = new LooseSnapshot(files, this.#folder);
    const options: IntakeOptions = {
      files,
      codec,
      level,
      folder: `${this.#folder}/pack`,
      holds: async (id) => (await this.packed.has(id)) || (await loose.has(id)),
      onPack: () => this.#listPacks(),
      ...(permissions && { permissions: permissions.file }),
      ...(random && { random }),
      ...(chunkThreshold !== undefined && { chunkThreshold }),
    };
    return openIntakeStore(this, options);
  }

  /** An import is good also where the list of packs could not be written: it is derived. */
  async #listPacks(): Promise<void> {
    const { files, permissions } = this.#options;
    await this.packed.rescan();
    const options = { folder: this.packed.folder, permissions: permissions?.file };
    await writePackList(files, this.#folder, options).catch(() => undefined);
  }

  /** What was taken out of the way is not here, though a reader, and whoever freshens it, would find it. */
  async has(id: ObjectId): Promise<boolean> {
    const look = async (): Promise<boolean> => (await this.packed.has(id)) || this.loose.has(id);
    return (await look()) || ((await this.packed.rescan()) && (await look()));
  }

  stat(id: ObjectId): Promise<ObjectInfo | undefined> {
    return this.#eitherOf(id, (store) => store.stat(id));
  }

  read(id: ObjectId, options?: ReadOptions): Promise<Uint8Array | undefined> {
    return this.#eitherOf(id, (store) => store.read(id, options));
  }

  open(id: ObjectId): Promise<ObjectStream | undefined> {
    return this.#eitherOf(id, (store) => store.open(id));
  }

  readRange(id: ObjectId, range: ByteRange): Promise<ByteStream | undefined> {
    return this.#eitherOf(id, (store) => findRange(store, id, range));
  }

  ids(hexPrefix?: string): AsyncIterable<ObjectId> {
    return mergeIds([this.packed.ids(hexPrefix), this.loose.ids(hexPrefix)]);
  }

  /** As a loose object, unless a sound copy lies in a pack. */
  async put(hint: Role, content: Uint8Array): Promise<ObjectId> {
    const { chunkThreshold = MAX_WHOLE_BYTES } = this.#options;
    if (content.length > chunkThreshold) return (await this.putStream(hint, streamOf(content))).id;
    const id = hashBytes(content);
    return (await this.#isPacked(id, content.length)) ? id : this.loose.put(hint, content);
  }

  /** As {@link FilesStore.put}; what is long enough to be cut into chunks goes into a pack of its own. */
  async putStream(hint: Role, content: ByteStream, options: PutStreamOptions = {}): Promise<StoredObject> {
    const { chunkThreshold = MAX_WHOLE_BYTES } = this.#options;
    const { sizeBytes } = options;
    if (sizeBytes !== undefined && sizeBytes <= chunkThreshold)
      return this.loose.putStream(hint, content, options);
    await using intake = this.openIntake();
    const stored = await intake.putStream(hint, content, options);
    await intake.flush();
    return stored;
  }

  freshen(id: ObjectId): Promise<boolean> {
    const attempt = async (): Promise<boolean> =>
      (await this.packed.freshen(id)) || (await this.loose.freshen(id));
    return this.#insist(id, attempt, (isHere) => isHere);
  }

  async freshenAll(ids: Iterable<Uint8Array>): Promise<ObjectId[]> {
    const missing: ObjectId[] = [];
    for (const id of await this.packed.freshenAll(ids)) if (!(await this.freshen(id))) missing.push(id);
    return missing;
  }

  flush(): Promise<void> {
    return this.loose.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.loose[Symbol.asyncDispose]();
    } finally {
      await this.packed[Symbol.asyncDispose]();
    }
  }

  async #isPacked(id: ObjectId, sizeBytes: number): Promise<boolean> {
    try {
      if ((await this.packed.read(id, { maxBytes: sizeBytes })) === undefined) return false;
    } catch (error) {
      if (error instanceof CorruptError || error instanceof RefusedError) return false; // to be healed by what comes
      throw error;
    }
    return this.packed.freshen(id);
  }

  /** From a pack, or else loose. @throws CorruptError where every copy that is here is damaged */
  #eitherOf<Value>(
    id: ObjectId,
    look: (store: ObjectReader) => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    const attempt = async (): Promise<Value | undefined> => {
      const packed = await orDamage(() => look(this.packed));
      if (packed.value !== undefined) return packed.value;
      const loose = await orDamage(() => look(this.loose));
      if (loose.value !== undefined) return loose.value;
      const damage = packed.damage ?? loose.damage;
      if (damage !== undefined) throw damage;
      return undefined;
    };
    return this.#insist(id, attempt, (value) => value !== undefined);
  }

  /** Looks again after the packs were listed anew, and once more after a look at what was taken out of the way. */
  async #insist<Value>(
    id: ObjectId,
    attempt: () => Promise<Value>,
    isFound: (value: Value) => boolean,
  ): Promise<Value> {
    const first = await attempt();
    if (isFound(first)) return first;
    const second = (await this.packed.rescan()) ? await attempt() : first;
    if (isFound(second)) return second;
    return (await this.#restore(id)) ? attempt() : second;
  }

  /** Whether it was put back, in whichever form. */
  async #restore(id: ObjectId): Promise<boolean> {
    if ((await this.#options.restore?.(id)) !== true) return false;
    await this.packed.rescan();
    return true;
  }

  async #readRestored(id: ObjectId, how?: ReadOptions): Promise<Uint8Array | undefined> {
    if (!(await this.#restore(id))) return undefined;
    return (await this.loose.read(id, how)) ?? this.packed.read(id, how);
  }
}

async function orDamage<Value>(
  look: () => Promise<Value>,
): Promise<{ readonly value?: Value; readonly damage?: CorruptError }> {
  try {
    return { value: await look() };
  } catch (error) {
    if (error instanceof CorruptError) return { damage: error };
    throw error;
  }
}
