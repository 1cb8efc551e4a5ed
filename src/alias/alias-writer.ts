/** Makes rows of one hash durable. Whoever calls this holds the lock. */
import { ByteWriter } from '../bytes/byte-writer.ts';
import { concatBytes } from '../bytes/concat.ts';
import type { FileStat, FileSystem, OpenFile } from '../files/file-system.ts';
import { publish } from '../files/publish.ts';
import { createTemporary, discard } from '../files/temporary.ts';
import type { AliasHash } from '../hash/alias-hash.ts';
import type { AliasFile } from './alias-file.ts';
import {
  ALIAS_HEADER_BYTES,
  aliasesCorrupt,
  BLOCK_ROWS,
  encodeAliasBlock,
  encodeAliasHeader,
  encodeAliasRecord,
  maxTailBytes,
  rowBytesOf,
  sortedEnd,
} from './alias-layout.ts';
import { eachRow, mergeRows, sortRows } from './alias-rows.ts';

export interface AliasWriterOptions {
  /** Where the files of aliases are. */
  readonly folder: string;
  /** The permission bits of files, whatever the umask. @default the umask decides */
  readonly permissions?: number | undefined;
}

/** What is written at a time. */
const PIECE_BYTES: number = 2 ** 20;

export class AliasWriter {
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly #path: string;
  readonly #hash: AliasHash;
  readonly #permissions: number | undefined;
  /** How far which file is known to survive a power cut, its name included. */
  #durable: (Pick<FileStat, 'device' | 'inode'> & { readonly end: number }) | undefined;

  constructor(files: FileSystem, hash: AliasHash, { folder, permissions }: AliasWriterOptions) {
    this.#files = files;
    this.#hash = hash;
    this.#folder = folder;
    this.#path = `${folder}/${hash}`;
    this.#permissions = permissions;
  }

  /**
   * Adds rows to `file`, or to a new one: as a record, or where those become too long, by sorting all of them anew. When
   * it resolves, they and all that was there survive a power cut.
   *
   * @param rows strictly ascending. @throws CorruptError `ALIASES_CORRUPT`
   */
  async add(rows: Uint8Array, file: AliasFile | undefined): Promise<void> {
    const record = rows.length === 0 ? rows : encodeAliasRecord(rows, rowBytesOf(this.#hash));
    const isLong =
      file === undefined || file.end + record.length - sortedEnd(file.header) > maxTailBytes(file.header);
    if (isLong) await this.#sortIn(rows, file);
    else await this.#append(record, file);
  }

  /** Whether all the rows of `file` are known to survive a power cut. */
  isDurable({ stat, end }: Pick<AliasFile, 'stat' | 'end'>): boolean {
    const known = this.#durable;
    return known?.device === stat.device && known.inode === stat.inode && known.end >= end;
  }

  /** Publishes a file of these rows, in place of any. @param rows strictly ascending, one at a time */
  async publish(rows: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    const { file, path } = await createTemporary(this.#files, this.#folder, {
      ...(this.#permissions !== undefined && { permissions: this.#permissions }),
    });
    let published: FileStat;
    try {
      const count = await writeBlocks(file, rows);
      await file.write(encodeAliasHeader({ hash: this.#hash, count }), 0);
      await file.sync();
      published = await file.stat();
      await file.close();
      await publish(this.#files, path, this.#path, { existing: 'replace' });
    } catch (error) {
      await discard(this.#files, { path, file });
      throw error;
    }
    await this.#files.syncFolder(this.#folder);
    this.#durable = { ...published, end: published.sizeBytes };
  }

  async #sortIn(rows: Uint8Array, file: AliasFile | undefined): Promise<void> {
    const rowBytes = rowBytesOf(this.#hash);
    if (file === undefined) return this.publish(eachRow(rows, rowBytes));
    const more = sortRows(concatBytes([file.recordRows(), rows]), rowBytes);
    await this.publish(mergeRows(file.walkSorted(), more, rowBytes));
  }

  async #append(record: Uint8Array, file: AliasFile): Promise<void> {
    await using target = await this.#files.open(this.#path, 'update');
    const stat = await target?.stat();
    if (
      target === undefined ||
      stat === undefined ||
      stat.inode !== file.stat.inode ||
      stat.sizeBytes < file.end
    )
      throw aliasesCorrupt('it changed while it was locked');
    const { end } = file;
    if (stat.sizeBytes > end) await target.truncate(end);
    try {
      if (!this.isDurable(file)) await this.#settle(target);
      if (record.length > 0) await target.write(record, end);
      if (record.length > 0) await target.sync();
    } catch (error) {
      await this.#withdraw(target, file, end);
      throw error;
    }
    this.#durable = { ...stat, end: end + record.length };
  }

  /** Another writer may have died before its sync: nothing is put on what may vanish from below it. */
  async #settle(target: OpenFile): Promise<void> {
    await target.sync();
    await this.#files.syncFolder(this.#folder);
  }

  /**
   * A file whose sync failed is never trusted again: what was there before goes into another. Where that fails too, as
   * on a full disk, what was added is taken away at least; the first error is the one to report.
   */
  async #withdraw(target: OpenFile, file: AliasFile, end: number): Promise<void> {
    this.#durable = undefined;
    const [published] = await Promise.allSettled([this.#sortIn(new Uint8Array(0), file)]);
    if (published.status === 'rejected') await Promise.allSettled([target.truncate(end)]);
  }
}

/** Writes blocks behind where the header goes; returns how many rows they have. */
async function writeBlocks(
  file: OpenFile,
  rows: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> {
  let at = ALIAS_HEADER_BYTES;
  let pieces: Uint8Array[] = [];
  let block = new ByteWriter();
  let count = 0;
  const seal = (): void => {
    pieces.push(encodeAliasBlock(block.finish()));
    block = new ByteWriter();
  };
  const flush = async (): Promise<void> => {
    const bytes = concatBytes(pieces);
    pieces = [];
    await file.write(bytes, at);
    at += bytes.length;
  };
  for await (const row of rows) {
    block.write(row);
    if (++count % BLOCK_ROWS !== 0) continue;
    seal();
    if (pieces.length * pieces[0]!.length >= PIECE_BYTES) await flush();
  }
  if (block.length > 0) seal();
  if (pieces.length > 0) await flush();
  return count;
}
