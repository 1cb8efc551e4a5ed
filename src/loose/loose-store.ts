/** Objects as single files, in git's loose format, filed under the SHA-256 of their bytes. */
import { compareText } from '../bytes/compare.ts';
import { CorruptError, RefusedError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { type ByteStream, collectBytes, exactly } from '../flow/byte-stream.ts';
import { hashBytes } from '../hash/hasher.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Role } from '../object/role.ts';
import type {
  ObjectInfo,
  ObjectReader,
  ObjectStore,
  ObjectStream,
  PutStreamOptions,
  ReadNowOptions,
  ReadOptions,
  StoredObject,
} from '../odb/object-store.ts';
import { takeRange } from '../odb/read-object.ts';
import { spoolStream } from '../odb/spool.ts';
import { FAN_OUT, findLooseId, loosePath } from './loose-path.ts';
import { openLoose, readLoose, readLooseNow, statLoose } from './loose-reader.ts';
import { LooseWriter, type LooseWriterOptions } from './loose-writer.ts';

/** Up to here a stream of known length is held whole, and its id known before it is written. */
const WHOLE_BYTES: number = 2 ** 20;
const WAITING_AT_MOST = 1024;

/** @param folder where the fan-out folders are, or will be made as they are needed */
export function openLooseStore(folder: string, options: LooseWriterOptions): ObjectStore {
  return new LooseStore(folder, options);
}

/** Makes the 256 fan-out folders, so that no write has to wait for one to be durable. */
export async function makeFanOut(files: FileSystem, folder: string, permissions?: number): Promise<void> {
  for (const name of FAN_OUT) {
    await files.makeFolder(`${folder}/${name}`);
    if (permissions !== undefined) await files.setMode(`${folder}/${name}`, permissions);
  }
  await files.syncFolder(folder);
}

class LooseStore implements ObjectStore {
  readonly name = 'loose';
  readonly readNow?: ObjectReader['readNow'];
  readonly #folder: string;
  readonly #options: LooseWriterOptions;
  readonly #writer: LooseWriter;
  #publishing: Promise<void> = Promise.resolve();

  constructor(folder: string, options: LooseWriterOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#writer = new LooseWriter(folder, options);
    if (options.files.openNow !== undefined) this.readNow = (id, how) => this.#readNow(id, how);
  }

  async has(id: ObjectId): Promise<boolean> {
    if (this.#writer.findWaiting(id) !== undefined) return true;
    return (await this.#options.files.stat(loosePath(this.#folder, id))) !== undefined;
  }

  stat(id: ObjectId): Promise<ObjectInfo | undefined> {
    return this.#at(id, (path) => statLoose(this.#options, path, id));
  }

  read(id: ObjectId, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    const { maxBytes = 2 ** 30 } = options;
    return this.#at(id, (path) => readLoose(this.#options, path, { id, maxBytes }));
  }

  open(id: ObjectId): Promise<ObjectStream | undefined> {
    return this.#at(id, (path) => openLoose(this.#options, path, id));
  }

  async *ids(hexPrefix = ''): AsyncGenerator<ObjectId> {
    const { files } = this.#options;
    for (const fanOut of FAN_OUT) {
      const shared = Math.min(hexPrefix.length, fanOut.length);
      if (fanOut.slice(0, shared) !== hexPrefix.slice(0, shared)) continue;
      const entries = (await files.list(`${this.#folder}/${fanOut}`)) ?? [];
      const ids = entries.map(({ name }) => findLooseId(fanOut, String.fromCharCode(...name)));
      for (const id of ids.filter((id) => id !== undefined).sort(compareText)) {
        if (id.startsWith(hexPrefix, 'sha256:'.length)) yield id;
      }
    }
  }

  async put(hint: Role, content: Uint8Array): Promise<ObjectId> {
    const id = hashBytes(content);
    if (await this.#holdsSound(id, content.length)) return id;
    await this.#writer.write(id, hint, content);
    await this.#publishIfMany();
    return id;
  }

  async putStream(hint: Role, content: ByteStream, options: PutStreamOptions = {}): Promise<StoredObject> {
    const { sizeBytes } = options;
    if (sizeBytes === undefined) return this.#putUnknown(hint, content);
    if (sizeBytes > WHOLE_BYTES) return this.#putLong(hint, content, sizeBytes);
    const whole = await collectBytes(exactly(content, sizeBytes));
    return { id: await this.put(hint, whole), sizeBytes };
  }

  /** Its folder is synced with the next flush: the writer of the object may not have come to that. */
  async freshen(id: ObjectId): Promise<boolean> {
    if (this.#writer.findWaiting(id) !== undefined) return true;
    const path = loosePath(this.#folder, id);
    if (!(await this.#options.files.touch(path))) return false; // gone, or another user's: to be stored once more
    this.#writer.syncLater(path);
    return (await this.#options.files.stat(path)) !== undefined;
  }

  async flush(): Promise<void> {
    this.#publishing = this.#publishing.catch(() => {}).then(() => this.#writer.publish());
    await this.#publishing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
  }

  #readNow(id: ObjectId, { maxBytes = 2 ** 30, range }: ReadNowOptions = {}): Uint8Array | undefined {
    const path = this.#writer.findWaiting(id) ?? loosePath(this.#folder, id);
    const content = readLooseNow(this.#options, path, { id, maxBytes });
    return content && takeRange(content, range);
  }

  /**
   * Whether an undamaged copy is here already. It is made young again, so that nothing collects it before a
   * label reaches it, and its folder is synced with the next flush: another writer may not have come to that.
   */
  async #holdsSound(id: ObjectId, sizeBytes: number): Promise<boolean> {
    if (this.#writer.hasSoundWaiting(id)) return true;
    const path = loosePath(this.#folder, id);
    const { files } = this.#options;
    if ((await files.stat(path)) === undefined) return false; // most often so, and to fail to open it costs more
    try {
      if ((await readLoose(this.#options, path, { id, maxBytes: sizeBytes })) === undefined) return false;
    } catch (error) {
      // A file that is or claims to be longer than these bytes is not theirs. Writing them heals it.
      const isDamage = error instanceof CorruptError || error instanceof RefusedError;
      if (!isDamage) throw error;
      return false;
    }
    return this.freshen(id);
  }

  async #putLong(hint: Role, content: ByteStream, sizeBytes: number): Promise<StoredObject> {
    const stored = await this.#writer.writeStream(hint, content, sizeBytes);
    await this.#publishIfMany();
    return stored;
  }

  async #putUnknown(hint: Role, content: ByteStream): Promise<StoredObject> {
    const { files } = this.#options;
    const spooled = await spoolStream(files, this.#writer.temporaryPath(), content);
    if (spooled.kind === 'bytes') {
      return { id: await this.put(hint, spooled.content), sizeBytes: spooled.content.length };
    }
    try {
      return await this.#putLong(hint, spooled.content, spooled.sizeBytes);
    } finally {
      await spooled.dispose();
    }
  }

  async #publishIfMany(): Promise<void> {
    if (this.#writer.waiting >= WAITING_AT_MOST) await this.flush();
  }

  /** Reads where the object is; between the look and the read it may have moved, to its name in the end. */
  async #at<Value>(
    id: ObjectId,
    read: (path: string) => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    let tried: string | undefined;
    for (let path = this.#writer.findWaiting(id); path !== tried; path = this.#writer.findWaiting(id)) {
      const found = path === undefined ? undefined : await read(path);
      if (found !== undefined) return found;
      tried = path;
    }
    return read(loosePath(this.#folder, id));
  }
}
