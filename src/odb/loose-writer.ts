/**
 * Writes loose objects. An object is first a temporary file; `publish` syncs all that are waiting, gives them
 * their names, and syncs the folders: then they survive a power cut, and not before does anybody see them.
 */
import { concatBytes } from '../bytes/concat.ts';
import type { FileSystem, OpenFile } from '../files/file-system.ts';
import { publish } from '../files/publish.ts';
import { writeStream } from '../files/read-stream.ts';
import { discard, type RandomSource, temporaryName } from '../files/temporary.ts';
import { type ByteStream, exactly, observe } from '../flow/byte-stream.ts';
import { forEachConcurrent } from '../flow/concurrency.ts';
import { createHasher } from '../hash/hasher.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { encodeHeader } from '../object/header.ts';
import type { Role } from '../object/role.ts';
import type { ZlibCodec, ZlibLevel } from '../zlib/codec.ts';
import { isIncompressible } from '../zlib/probe.ts';
import { loosePath } from './loose-path.ts';
import type { StoredObject } from './object-store.ts';
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

/** Nobody, not its owner, changes an object by mistake. */
const READ_ONLY = 0o444;
const SYNCS_AT_ONCE = 16;

export class LooseWriter {
  readonly #folder: string;
  readonly #options: LooseWriterOptions;
  readonly #waiting: Map<ObjectId, string> = new Map();
  /** Folders whose names may not survive a power cut yet; a folder leaves only once its sync succeeded. */
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
    return this.#waiting.get(id);
  }

  /** Where a new temporary file may be made. */
  temporaryPath(): string {
    return `${this.#folder}/${temporaryName(this.#options.random)}`;
  }

  /** The folder of `path` is synced with the next `publish`. */
  syncLater(path: string): void {
    this.#unsynced.add(folderOf(path));
  }

  async write(id: ObjectId, role: Role, content: Uint8Array): Promise<void> {
    const whole = concatBytes([encodeHeader(role, content.length), content]);
    const compressed = this.#options.codec.deflate(whole, this.#levelFor(content));
    await this.#wait(id, await this.#create((file) => file.write(compressed, 0)));
  }

  /** @throws InvalidInputError `SIZE_MISMATCH`; nothing is kept */
  async writeStream(role: Role, content: ByteStream, sizeBytes: number): Promise<StoredObject> {
    const hasher = createHasher();
    const path = await this.#create(async (file) => {
      const hashed = observe(exactly(content, sizeBytes), (piece) => hasher.update(piece));
      await writeStream(file, await this.#deflated(role, hashed, sizeBytes));
    });
    const id = hasher.finish();
    await this.#wait(id, path);
    return { id, sizeBytes };
  }

  /** Makes all that waits durable and visible. After a failure nothing of it is kept: it is to be put again. */
  async publish(): Promise<void> {
    const batch = [...this.#waiting];
    const { files } = this.#options;
    await this.#tidy(batch[0]?.[1]);
    try {
      await forEachConcurrent(batch, SYNCS_AT_ONCE, ([, temporary]) => this.#sync(temporary));
      for (const [id, temporary] of batch) {
        await this.#name(temporary, loosePath(this.#folder, id));
        this.#waiting.delete(id);
      }
      await forEachConcurrent([...this.#unsynced], SYNCS_AT_ONCE, async (folder) => {
        await files.syncFolder(folder);
        this.#unsynced.delete(folder);
      });
    } catch (error) {
      await this.#discard(batch);
      throw error;
    }
  }

  /** Once, when there is a fresh file to tell the time by; a failure of it is no failure of the write. */
  async #tidy(fresh: string | undefined): Promise<void> {
    if (fresh === undefined || this.#isTidy) return;
    this.#isTidy = true;
    await removeStaleTemporaries(this.#options.files, this.#folder, fresh).catch(() => undefined);
  }

  async #sync(temporary: string): Promise<void> {
    await using file = await this.#options.files.open(temporary, 'read');
    await file?.sync();
  }

  /** Replacing is safe: whatever has this name is an object of the same bytes, or a damaged one. */
  async #name(temporary: string, path: string): Promise<void> {
    const folder = folderOf(path);
    const { files, permissions } = this.#options;
    if (await files.makeFolder(folder)) {
      if (permissions !== undefined) await files.setMode(folder, permissions.folder);
      await files.syncFolder(this.#folder);
    }
    await publish(files, temporary, path, { existing: 'replace' });
    this.syncLater(path);
  }

  async #discard(batch: readonly (readonly [ObjectId, string])[]): Promise<void> {
    for (const [id, temporary] of batch) {
      if (this.#waiting.get(id) !== temporary) continue;
      this.#waiting.delete(id);
      await this.#options.files.remove(temporary).catch(() => false); // the failure that led here is the one to report
    }
  }

  async #wait(id: ObjectId, temporary: string): Promise<void> {
    const twin = this.#waiting.get(id);
    this.#waiting.set(id, temporary);
    if (twin !== undefined) await this.#options.files.remove(twin);
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
