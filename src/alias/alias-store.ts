/** The aliases of one store: by which other hashes its contents are known. */

import { ByteWriter } from '../bytes/byte-writer.ts';
import { concatBytes } from '../bytes/concat.ts';
import { formatHex, parseHex } from '../bytes/hex.ts';
import { InvalidInputError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { acquireLock } from '../files/lock.ts';
import { ALIAS_BYTES, ALIAS_HASHES, type Alias, type AliasHash, isAlias } from '../hash/alias-hash.ts';
import { type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { isDamage } from '../odb/first-sound.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import type { AliasFile } from './alias-file.ts';
import { rowBytesOf } from './alias-layout.ts';
import { AliasNotes } from './alias-notes.ts';
import { AliasReader } from './alias-reader.ts';
import { eachRow, hasRow, mergeRows, sortRows } from './alias-rows.ts';
import { AliasWriter } from './alias-writer.ts';

export interface AliasStoreOptions {
  /** Where the files of aliases are; it is made when the first is. */
  readonly folder: string;
  /** The folder that it is in. */
  readonly parent: string;
  /** Those that are noted of what is put. */
  readonly kept: readonly AliasHash[];
  /** What is in the store now. */
  readonly objects: Pick<ObjectReader, 'has'>;
  /** The permission bits of folder and files, whatever the umask. */
  readonly permissions?: { readonly folder: number; readonly file: number } | undefined;
}

/** What a file becomes. */
export interface Replacement {
  /** Strictly ascending. */
  readonly rows: Uint8Array;
  /** Called once nobody else writes: what says whether a row of the old file is taken over. */
  readonly judge: () => Promise<(id: ObjectId, digest: Uint8Array) => Promise<boolean>>;
  /** What becomes of rows that cannot be read. */
  readonly damage: 'refuse' | 'pass';
}

interface Hashed {
  readonly reader: AliasReader;
  readonly writer: AliasWriter;
}

export class AliasStore implements AsyncDisposable {
  /** The hashes that are noted of what is put, in the order of {@link ALIAS_HASHES}. */
  readonly kept: readonly AliasHash[];
  /** Of what was put straight into the store. */
  readonly notes: AliasNotes;
  readonly #files: FileSystem;
  readonly #options: AliasStoreOptions;
  readonly #hashed: Map<AliasHash, Hashed> = new Map();
  #lastWrite: Promise<unknown> = Promise.resolve();
  #isFolderDurable = false;

  /** Nothing is read before the first call. */
  constructor(files: FileSystem, options: AliasStoreOptions) {
    this.#files = files;
    this.#options = options;
    this.kept = ALIAS_HASHES.filter((hash) => options.kept.includes(hash));
    this.notes = new AliasNotes(this.kept);
  }

  /**
   * The object that is here and was noted under this hash; `undefined` where there is none. Its content is not hashed for
   * that: the file of aliases is believed.
   *
   * @throws InvalidInputError `AMBIGUOUS` where there are several, `ALIAS_INVALID` @throws CorruptError `ALIASES_CORRUPT`
   */
  async find(alias: Alias): Promise<ObjectId | undefined> {
    const { hash, hex } = alias;
    if (!isAlias(alias)) throw aliasInvalid(hash, hex);
    const digest = parseHex(hex);
    const stored = await this.#of(hash).reader.use(async (file) => (await file?.find(digest)) ?? []);
    const present: ObjectId[] = [];
    for (const id of new Set([...this.notes.find(hash, digest), ...stored])) {
      if (await this.#options.objects.has(id)) present.push(id);
      if (present.length > 1) throw ambiguous(alias, present);
    }
    return present[0];
  }

  /** All of one hash whose objects are here, ascending. @throws CorruptError `ALIASES_CORRUPT` */
  async *list(hash: AliasHash): AsyncGenerator<readonly [hex: string, id: ObjectId]> {
    await this.flush();
    for await (const row of this.walk(hash)) {
      const id = objectIdFromBytes(row.subarray(ALIAS_BYTES[hash]));
      if (await this.#options.objects.has(id)) yield [formatHex(row.subarray(0, ALIAS_BYTES[hash])), id];
    }
  }

  /**
   * The rows of the file of a hash, ascending, of objects that are here or not; read to its end, it is proved.
   *
   * @returns how many bytes at its end were never finished
   * @throws CorruptError `ALIASES_CORRUPT`
   */
  async *walk(hash: AliasHash): AsyncGenerator<Uint8Array, number> {
    const file = await this.#of(hash).reader.use(async (found) => {
      found?.retain();
      return found;
    });
    if (file === undefined) return 0;
    try {
      const { tornBytes } = file;
      yield* mergeRows(file.walkSorted(), file.recordRows(), file.rowBytes);
      return tornBytes;
    } finally {
      await file.release();
    }
  }

  /** The hashes that there is a file of. */
  async stored(): Promise<AliasHash[]> {
    const found: AliasHash[] = [];
    for (const hash of ALIAS_HASHES)
      if ((await this.#files.stat(this.#of(hash).reader.path)) !== undefined) found.push(hash);
    return found;
  }

  /** Writes down what was noted of what was put straight into the store. @throws as {@link AliasStore.write} */
  flush(): Promise<void> {
    return this.write(this.notes);
  }

  /**
   * Writes down what `notes` hold; when it resolves, that survives a power cut. Where it fails, they hold it still.
   *
   * @throws CorruptError `ALIASES_CORRUPT` @throws ConflictError `LOCKED`
   */
  write(notes: AliasNotes): Promise<void> {
    return this.#inTurn(async () => {
      if (notes.isEmpty) return;
      const taken = notes.take();
      try {
        for (const [hash, rows] of taken.sorted()) await this.#add(hash, rows);
      } catch (error) {
        notes.putBack(taken);
        throw error;
      }
    });
  }

  /**
   * Whether an object was noted under a digest, be it here or not.
   *
   * @throws CorruptError `ALIASES_CORRUPT`
   */
  async isNoted(id: ObjectId, hash: AliasHash, digest: Uint8Array): Promise<boolean> {
    if (this.notes.find(hash, digest).includes(id)) return true;
    return this.#of(hash).reader.use(async (file) => (await file?.find(digest))?.includes(id) === true);
  }

  /**
   * Puts another file in the place of that of a hash: of `rows`, and of those of the old one that `judge` lets stay.
   *
   * @throws CorruptError `ALIASES_CORRUPT`
   */
  replace(hash: AliasHash, { rows, judge, damage }: Replacement): Promise<void> {
    const { reader, writer } = this.#of(hash);
    const rowBytes = rowBytesOf(hash);
    return this.#inTurn(() =>
      this.#locked(async () => {
        const isGood = await judge();
        const taken = new ByteWriter();
        const take = async (row: Uint8Array): Promise<void> => {
          if (hasRow(rows, row)) return;
          const id = objectIdFromBytes(row.subarray(ALIAS_BYTES[hash]));
          if (await isGood(id, row.subarray(0, ALIAS_BYTES[hash]))) taken.write(row);
        };
        try {
          await reader.use(async (file) => {
            if (file !== undefined) for await (const row of latestRows(file)) await take(row);
          });
        } catch (error) {
          if (damage === 'refuse' || !isDamage(error)) throw error;
        }
        await writer.publish(eachRow(sortRows(concatBytes([rows, taken.bytes]), rowBytes), rowBytes));
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.flush();
    } finally {
      for (const { reader } of this.#hashed.values()) await reader[Symbol.asyncDispose]();
    }
  }

  /** What is there already, and durably, costs a look and no lock. */
  async #add(hash: AliasHash, rows: Uint8Array): Promise<void> {
    const { reader, writer } = this.#of(hash);
    const rowBytes = rowBytesOf(hash);
    const isDone = await reader.use(async (file) => {
      const isThere = file !== undefined && (await newRows(file, rows, rowBytes)).length === 0;
      return isThere && writer.isDurable(file);
    });
    if (isDone) return;
    await this.#locked(() =>
      reader.use(async (file) => writer.add(await newRows(file, rows, rowBytes), file)),
    );
  }

  #of(hash: AliasHash): Hashed {
    const known = this.#hashed.get(hash);
    if (known !== undefined) return known;
    const { folder, permissions } = this.#options;
    const writer = new AliasWriter(this.#files, hash, { folder, permissions: permissions?.file });
    const made = { reader: new AliasReader(this.#files, folder, hash), writer };
    this.#hashed.set(hash, made);
    return made;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#lastWrite.then(work);
    this.#lastWrite = turn.catch(() => undefined);
    return turn;
  }

  async #locked(work: () => Promise<void>): Promise<void> {
    const { folder, permissions } = this.#options;
    if (!this.#isFolderDurable) await this.#makeFolder();
    const options = permissions === undefined ? {} : { permissions: permissions.file };
    await using _lock = await acquireLock(this.#files, `${folder}/lock`, options);
    await work();
  }

  /** Synced whoever made it: they may have died before they came to that. */
  async #makeFolder(): Promise<void> {
    const { folder, parent, permissions } = this.#options;
    const isNew = await this.#files.makeFolder(folder);
    if (isNew && permissions !== undefined) await this.#files.setMode(folder, permissions.folder);
    await this.#files.syncFolder(parent);
    this.#isFolderDurable = true;
  }
}

/** So many are looked up one by one; more are sorted in with all others. */
const FEW_ROWS = 1000;

/** Those of `rows` that are not in the file; all of them where they are many. */
async function newRows(file: AliasFile | undefined, rows: Uint8Array, rowBytes: number): Promise<Uint8Array> {
  if (file === undefined || rows.length > FEW_ROWS * rowBytes) return rows;
  const fresh: Uint8Array[] = [];
  for (const row of eachRow(rows, rowBytes)) if (!(await file.has(row))) fresh.push(row);
  return concatBytes(fresh);
}

/** Every row of a file: first those that came last, which are read whatever else is damaged. */
async function* latestRows(file: AliasFile): AsyncGenerator<Uint8Array> {
  yield* eachRow(file.recordRows(), file.rowBytes);
  for await (const rows of file.walkSorted()) yield* eachRow(rows, file.rowBytes);
}

function ambiguous({ hash, hex }: Alias, [first, second]: readonly ObjectId[]): InvalidInputError {
  return new InvalidInputError('AMBIGUOUS', `${hash} '${hex}' is that of more than one object`, {
    hint: `name the one that you mean: '${first}' or '${second}'`,
  });
}

function aliasInvalid(hash: string, hex: string): InvalidInputError {
  return new InvalidInputError('ALIAS_INVALID', `not a hash of ${hash}: '${hex.slice(0, 140)}'`, {
    hint: `give its lower-case hex digits, as 'cas resolve --json' prints them`,
  });
}
