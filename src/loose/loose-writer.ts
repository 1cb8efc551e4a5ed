/**
 * Writes loose objects. An object is first a temporary file; `publish` syncs all that are waiting, gives them
 * their names, and syncs the folders: then they survive a power cut, and not before does anybody see them.
 */
import { concatBytes } from '../bytes/concat.ts';
import { SystemError } from '../errors/errors.ts';
import { readStream, writeStream } from '../files/file-stream.ts';
import type { FileSystem, OpenFile } from '../files/file-system.ts';
import { checkRoomIsLeft } from '../files/free-space.ts';
import { publish } from '../files/publish.ts';
import { discard, type RandomSource, temporaryName } from '../files/temporary.ts';
import { type ByteStream, exactly, observe } from '../flow/byte-stream.ts';
import { forEachConcurrent } from '../flow/concurrency.ts';
import { createHasher } from '../hash/hasher.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { encodeHeader } from '../object/header.ts';
import type { Role } from '../object/role.ts';
import type { StoredObject } from '../odb/object-store.ts';
import type { ZlibCodec, ZlibLevel } from '../zlib/codec.ts';
import { isIncompressible } from '../zlib/probe.ts';
import { loosePath } from './loose-path.ts';
import { openLoose } from './loose-reader.ts';
import { removeStaleTemporaries } from './stale-temporaries.ts';

export interface LooseWriterOptions {
  readonly files: FileSystem;
  readonly codec: ZlibCodec;
  readonly level: ZlibLevel;
  readonly permissions?: LoosePermissions;
  /** For the names of temporary files. @default `randomBytes` of node:crypto */
  readonly random?: RandomSource;
}

/** For a store that a group shares: set whatever the umask. */
export interface LoosePermissions {
  readonly file: number;
  readonly folder: number;
}

/** An object that is written and has no name yet. */
interface Waiting {
  readonly path: string;
  /** Whether a sync of it failed. */
  isSuspect: boolean;
}

/** Nobody, not its owner, changes an object by mistake. */
const READ_ONLY = 0o444;
const SYNCS_AT_ONCE = 16;

export class LooseWriter {
  readonly #folder: string;
  readonly #options: LooseWriterOptions;
  readonly #waiting: Map<ObjectId, Waiting> = new Map();
  /** Folders whose names may not survive a power cut yet; one whose sync failed stays. */
  readonly #unsynced: Set<string> = new Set();
  #isTidy = false;

  constructor(folder: string, options: LooseWriterOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  /** How many objects wait to be published. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** The temporary file of an object that is not published yet. */
  findWaiting(id: ObjectId): string | undefined {
    return this.#waiting.get(id)?.path;
  }

  /** Whether an object waits whose bytes need not be put again. */
  hasSoundWaiting(id: ObjectId): boolean {
    return this.#waiting.get(id)?.isSuspect === false;
  }

  /** Where a new temporary file may be made. */
  temporaryPath(): string {
    return `${this.#folder}/${temporaryName(this.#options.random)}`;
  }

  /** The folder of `path` is synced with the next `publish`. */
  syncLater(path: string): void {
    this.#unsynced.add(folderOf(path));
  }

  /** @throws SystemError `NO_SPACE` also where too little would be left */
  async write(id: ObjectId, role: Role, content: Uint8Array): Promise<void> {
    const whole = concatBytes([encodeHeader(role, content.length), content]);
    const compressed = this.#options.codec.deflate(whole, this.#levelFor(content));
    checkRoomIsLeft(this.#options.files, this.#folder, compressed.length);
    await this.#wait(id, await this.#create((file) => file.write(compressed, 0)));
  }

  /** @throws InvalidInputError `SIZE_MISMATCH`; nothing is kept */
  async writeStream(role: Role, content: ByteStream, sizeBytes: number): Promise<StoredObject> {
    checkRoomIsLeft(this.#options.files, this.#folder, 0); // nobody knows how long it is once it is compressed
    const hasher = createHasher();
    const path = await this.#create(async (file) => {
      const hashed = observe(exactly(content, sizeBytes), (piece) => hasher.update(piece));
      await writeStream(file, await this.#deflated(role, hashed, sizeBytes));
    });
    const id = hasher.finish();
    await this.#wait(id, path);
    return { id, sizeBytes };
  }

  /**
   * Makes all that waits durable and visible. After a failure all that is not visible waits still, so that the next
   * `publish`, whoever asks for it, never passes over what this one should have kept.
   */
  async publish(): Promise<void> {
    const batch = [...this.#waiting.keys()];
    const synced: [ObjectId, Waiting][] = [];
    const [first] = this.#waiting.values();
    await this.#tidy(first?.path);
    await forEachConcurrent(batch, SYNCS_AT_ONCE, async (id) => {
      synced.push([id, await this.#sync(id)]);
    });
    for (const [id, object] of synced) {
      if (this.#waiting.get(id) !== object) continue; // put again meanwhile: the next publish is for that
      await this.#name(object.path, loosePath(this.#folder, id));
      this.#waiting.delete(id);
    }
    await forEachConcurrent([...this.#unsynced], SYNCS_AT_ONCE, async (folder) => {
      await this.#syncFolder(folder);
    });
  }

  /** Once, when there is a fresh file to tell the time by; a failure of it is no failure of the write. */
  async #tidy(fresh: string | undefined): Promise<void> {
    if (fresh === undefined || this.#isTidy) return;
    this.#isTidy = true;
    const { files } = this.#options;
    const remove = async (): Promise<void> => {
      const now = await files.stat(fresh);
      if (now !== undefined) await removeStaleTemporaries(files, this.#folder, { nowNs: now.modifiedNs });
    };
    await remove().catch(() => undefined);
  }

  async #syncFolder(folder: string): Promise<void> {
    this.#unsynced.delete(folder); // first: what is named in it while it is synced waits for the next time
    try {
      await this.#options.files.syncFolder(folder);
    } catch (error) {
      this.#unsynced.add(folder);
      throw error;
    }
  }

  async #sync(id: ObjectId): Promise<Waiting> {
    const before = this.#waiting.get(id)!;
    const object = before.isSuspect ? await this.#copy(id, before) : before;
    try {
      await using file = await this.#options.files.open(object.path, 'read');
      if (file === undefined && this.#waiting.get(id) === object) throw this.#lost(id, object);
      await file?.sync();
    } catch (error) {
      object.isSuspect = true;
      throw error;
    }
    return object;
  }

  /** Nobody waits any longer for a file that was removed: the same bytes can be put again. */
  #lost(id: ObjectId, object: Waiting): SystemError {
    if (this.#waiting.get(id) === object) this.#waiting.delete(id);
    return new SystemError('NOT_THERE', `'${object.path}', which '${id}' was put into, was removed`, {
      hint: 'put it again; no file in a store may be removed by hand while it is in use',
    });
  }

  /** A file whose sync failed can claim success the next time: what can be read of it goes into another. */
  async #copy(id: ObjectId, suspect: Waiting): Promise<Waiting> {
    const { files } = this.#options;
    await using source = await files.open(suspect.path, 'read');
    if (source === undefined) throw this.#lost(id, suspect);
    const path = await this.#create(async (file) => void (await writeStream(file, readStream(source))));
    try {
      const copied = await openLoose(this.#options, path, id);
      for await (const _ of copied!.content); // proved at its end
    } catch (error) {
      await Promise.allSettled([files.remove(path)]);
      throw error;
    }
    const copy = { path, isSuspect: false };
    this.#waiting.set(id, copy);
    await files.remove(suspect.path);
    return copy;
  }

  /** Replacing is safe: whatever has this name is an object of the same bytes, or a damaged one. */
  async #name(temporary: string, path: string): Promise<void> {
    const folder = folderOf(path);
    const { files, permissions } = this.#options;
    if (await files.makeFolder(folder)) {
      this.#unsynced.add(this.#folder); // until its sync succeeds, however often that takes
      if (permissions !== undefined) await files.setMode(folder, permissions.folder);
    }
    await publish(files, temporary, path, { existing: 'replace' });
    this.syncLater(path);
  }

  /** What waits already is kept, for it may be on its way to its name, unless it is suspect. */
  async #wait(id: ObjectId, path: string): Promise<void> {
    const { files } = this.#options;
    const twin = this.#waiting.get(id);
    if (twin?.isSuspect === false) {
      await files.remove(path);
      return;
    }
    this.#waiting.set(id, { path, isSuspect: false });
    if (twin !== undefined) await files.remove(twin.path);
  }

  /** A new temporary file that `fill` has filled; returns its path. */
  async #create(fill: (file: OpenFile) => Promise<void>): Promise<string> {
    const { files, permissions } = this.#options;
    const path = this.temporaryPath();
    const file = await files.open(path, 'create', READ_ONLY);
    try {
      await fill(file);
      await file.close();
      if (permissions !== undefined) await files.setMode(path, permissions.file);
    } catch (error) {
      await discard(files, { path, file });
      throw error;
    }
    return path;
  }

  async #deflated(role: Role, content: ByteStream, sizeBytes: number): Promise<ByteStream> {
    const pieces = content[Symbol.asyncIterator]();
    const first = await pieces.next();
    const level = first.done === true ? 0 : this.#levelFor(first.value);
    return this.#options.codec.deflateStream(chain(encodeHeader(role, sizeBytes), first, pieces), level);
  }

  #levelFor(sample: Uint8Array): ZlibLevel {
    return isIncompressible(sample) ? 0 : this.#options.level;
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

async function* chain(
  head: Uint8Array,
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield head;
    for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
