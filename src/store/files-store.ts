/**
 * The objects of one store on disk: packs first, then loose ones. What one form has lost another may still have, and
 * what is in neither may have been moved while we looked, or may be promised elsewhere: only then is it absent.
 */
import { CorruptError, RefusedError } from '../errors/errors.ts';
import { type ByteStream, streamOf } from '../flow/byte-stream.ts';
import { hashBytes } from '../hash/hasher.ts';
import { bytesOfId, type ObjectId } from '../hash/object-id.ts';
import { type IntakeOptions, MAX_WHOLE_BYTES } from '../intake/intake-options.ts';
import { type Intake, openIntakeStore } from '../intake/intake-store.ts';
import { LooseSnapshot } from '../loose/loose-snapshot.ts';
import { openLooseStore } from '../loose/loose-store.ts';
import type { LooseWriterOptions } from '../loose/loose-writer.ts';
import type { Role } from '../object/role.ts';
import type { DeflatedObject } from '../odb/deflated-object.ts';
import { firstSound, firstSoundNow, isDamage } from '../odb/first-sound.ts';
import type { ManyOptions, ManyReader } from '../odb/many-answers.ts';
import { mergeIds } from '../odb/merged-ids.ts';
import type {
  ByteRange,
  ObjectInfo,
  ObjectReader,
  ObjectStore,
  ObjectStream,
  PutStreamOptions,
  ReadNowOptions,
  ReadOptions,
  StoredObject,
} from '../odb/object-store.ts';
import { findRange } from '../odb/read-object.ts';
import { findDeflatedNow } from '../packs/deflated-now.ts';
import { openManyReader } from '../packs/many-reader.ts';
import { writePackList } from '../packs/pack-list-file.ts';
import { openPackedStore, type PackedStore } from '../packs/packed-store.ts';
import { freshenFiles } from './freshen-files.ts';
import { PresentIds } from './present-ids.ts';
import type { Promises } from './promises.ts';
import { startedAgain } from './started-again.ts';

export interface FilesStoreOptions extends LooseWriterOptions {
  readonly chunkThreshold?: number;
  /** Puts an object back that was taken out of the way as garbage; whether there was one. @default never */
  readonly restore?: (id: ObjectId) => Promise<boolean>;
  /** Reads an object where it lies out of the way, for who cannot wait until it is put back. @default never */
  readonly readDiscardedNow?: ObjectReader['readNow'];
  /** Where else contents are. @default nowhere */
  readonly promises?: Pick<Promises, 'bring' | 'isAny'>;
}

/** What is in `objects/`, by its parts too. */
export interface FilesStore extends ObjectStore {
  readonly packed: PackedStore;
  readonly loose: ObjectStore;
  readRange(id: ObjectId, range: ByteRange): Promise<ByteStream | undefined>;
  freshenAll(ids: Uint8Array): Promise<ObjectId[]>;
  /** The store of one import, whose objects appear here with its `flush`. */
  openIntake(threads?: IntakeOptions['threads']): Intake;
}

/** @param folder `objects` */
export function openFilesStore(folder: string, options: FilesStoreOptions): FilesStore {
  return new LayeredFiles(folder, options);
}

class LayeredFiles implements FilesStore {
  readonly name = 'files';
  readonly packed: PackedStore;
  readonly loose: ObjectStore;
  readonly readNow?: ObjectReader['readNow'];
  readonly findDeflated?: (id: ObjectId) => DeflatedObject | undefined;
  readonly #folder: string;
  readonly #options: FilesStoreOptions;

  constructor(folder: string, options: FilesStoreOptions) {
    this.#folder = folder;
    this.#options = options;
    this.loose = openLooseStore(folder, options);
    if (options.files.openNow !== undefined) {
      this.readNow = (id, how) => this.#readNow(id, how);
      this.findDeflated = (id) => findDeflatedNow(this.packed.folder, id);
    }
    this.packed = openPackedStore(`${folder}/pack`, {
      ...options,
      readElsewhereNow: (id, maxBytes) => this.loose.readNow?.(id, { maxBytes }),
      readElsewhere: async (id, how) => (await this.loose.read(id, how)) ?? this.#readRestored(id, how),
    });
  }

  readonly openMany = (options?: ManyOptions): ManyReader =>
    openManyReader({ folder: this.packed.folder, objects: this }, options);

  readonly bring = async (ids: readonly ObjectId[]): Promise<boolean> => {
    if ((await this.#options.promises?.isAny()) !== true) return false;
    const present = await PresentIds.open(this, { files: this.#options.files, folder: this.#folder });
    const wanted: ObjectId[] = [];
    for (const id of await present.absentAmong(ids)) if (!(await this.#restore(id))) wanted.push(id);
    return this.#bring(wanted);
  };

  openIntake(threads: IntakeOptions['threads'] = 'shared'): Intake {
    const { files, codec, level, permissions, random, chunkThreshold } = this.#options;
    const loose = new LooseSnapshot(files, this.#folder);
    return openIntakeStore(this, {
      files,
      codec,
      level,
      threads,
      folder: `${this.#folder}/pack`,
      holds: async (id) => (await this.packed.has(id)) || (await loose.has(id)),
      holdsNow: (id) => (this.packed.hasNow(id) === false ? loose.hasNow(id) : undefined),
      onPack: () => this.#listPacks(),
      ...(permissions && { permissions: permissions.file }),
      ...(random && { random }),
      ...(chunkThreshold !== undefined && { chunkThreshold }),
    });
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
    const { generation } = this.packed.folder;
    const look = async (): Promise<boolean> => (await this.packed.has(id)) || this.loose.has(id);
    return (await look()) || ((await this.packed.rescan(generation)) && (await look()));
  }

  stat(id: ObjectId): Promise<ObjectInfo | undefined> {
    return this.#find(id, (store) => store.stat(id));
  }

  async read(id: ObjectId, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    const { maxBytes = 2 ** 30 } = options;
    const short = this.readNow && this.packed.now.peek(id, maxBytes);
    return short ?? this.#find(id, (store) => store.read(id, options));
  }

  /** Looks as often as `#find` does; only what was taken out of the way stays where it is. */
  #readNow(id: ObjectId, options: ReadNowOptions = {}): Uint8Array | undefined {
    const { packed, loose } = this;
    return firstSoundNow(
      () => packed.now.read(id, options),
      () => loose.readNow?.(id, options),
      () => packed.now.readAgain(id, options),
      () => this.#options.readDiscardedNow?.(id, options),
    );
  }

  async open(id: ObjectId): Promise<ObjectStream | undefined> {
    const open = (): Promise<ObjectStream | undefined> => this.#find(id, (store) => store.open(id));
    const found = await open();
    const again = async (): Promise<ByteStream | undefined> => (await open())?.content;
    return found && { ...found, content: startedAgain(found.content, again) };
  }

  async readRange(id: ObjectId, range: ByteRange): Promise<ByteStream | undefined> {
    const read = (): Promise<ByteStream | undefined> =>
      this.#find(id, (store) => findRange(store, id, range));
    const found = await read();
    return found && startedAgain(found, read);
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

  async freshen(id: ObjectId): Promise<boolean> {
    return (await this.freshenAll(bytesOfId(id))).length === 0;
  }

  freshenAll(ids: Uint8Array): Promise<ObjectId[]> {
    const { packed, loose } = this;
    return freshenFiles({ packed, loose, restore: (id) => this.#restore(id) }, ids);
  }

  async flush(): Promise<void> {
    await this.loose.flush();
    await this.packed.fresh.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.loose[Symbol.asyncDispose]();
      await this.packed.fresh.flush();
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
    return this.freshen(id);
  }

  /** What a pack has and is sound, as almost always, is found without any other look. @throws as `#findInsisting` */
  async #find<Value>(
    id: ObjectId,
    look: (store: ObjectReader) => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    const { generation } = this.packed.folder;
    const packed = look(this.packed);
    try {
      const found = await packed;
      if (found !== undefined) return found;
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
    return this.#findInsisting(id, { look, packed, generation });
  }

  /**
   * From a pack, or else loose; then after the packs were listed anew, after a look at what was taken out of the way, and
   * from where else it is. @param packed what the first look into the packs came to, and `generation` what they were then
   * @throws CorruptError where every copy that is here is damaged
   */
  async #findInsisting<Value>(
    id: ObjectId,
    {
      look,
      packed,
      generation,
    }: {
      readonly look: (store: ObjectReader) => Promise<Value | undefined>;
      readonly packed: Promise<Value | undefined>;
      readonly generation: number;
    },
  ): Promise<Value | undefined> {
    const attempt = (first = look(this.packed)): Promise<Value | undefined> =>
      firstSound(
        () => first,
        () => look(this.loose),
      );
    const found = await firstSound(
      () => attempt(packed),
      async () => ((await this.packed.rescan(generation)) ? attempt() : undefined),
      async () => ((await this.#restore(id)) ? attempt() : undefined),
    );
    return found ?? ((await this.#bring([id])) ? attempt() : undefined);
  }

  /** Whether any of them came from elsewhere. @throws as `Promises.bring` */
  async #bring(ids: readonly ObjectId[]): Promise<boolean> {
    if ((await this.#options.promises?.bring(ids)) !== true) return false;
    await this.packed.rescan();
    return true;
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
