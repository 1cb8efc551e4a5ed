/** Makes records and tables durable. Whoever calls this holds the lock. */
import { RefusedError } from '../errors/errors.ts';
import type { FileStat, FileSystem, OpenFile } from '../files/file-system.ts';
import { writeFileDurably } from '../files/publish.ts';
import { discard } from '../files/temporary.ts';
import { type LabelFiles, MAX_LOG_BYTES, MAX_TABLE_BYTES } from './label-files.ts';
import type { Reading } from './label-reader.ts';
import { LogCursor } from './log-cursor.ts';
import { corrupt } from './record.ts';
import { decodeTable, encodeTable } from './table.ts';

export class LabelWriter {
  readonly #files: FileSystem;
  readonly #paths: LabelFiles;
  readonly #permissions: { readonly permissions?: number };
  /** How far which file is known to survive a power cut, its name included. */
  #durable: { readonly device: bigint; readonly inode: bigint; readonly end: number } | undefined;

  /** @param permissions of the files it makes, whatever the umask; `undefined` leaves it to the umask */
  constructor(files: FileSystem, paths: LabelFiles, permissions?: number) {
    this.#files = files;
    this.#paths = paths;
    this.#permissions = permissions === undefined ? {} : { permissions };
  }

  /**
   * Puts a record after the last one that `reading` found, in place of a torn tail. When it resolves, the record
   * survives a power cut; when it rejects, the log ends where it did, as far as the machine lets it be mended.
   *
   * @throws RefusedError `LABEL_LOG_FULL`
   */
  async append(record: Uint8Array, reading: Reading): Promise<void> {
    const { end } = reading; // taken at once: whoever reads the new record before it is synced moves the reading on
    if (end + record.length > MAX_LOG_BYTES) {
      throw new RefusedError('LABEL_LOG_FULL', `label log has no room for ${record.length} bytes more`, {
        hint: 'go on in a new store, and keep this one for its history',
      });
    }
    await using log = await this.#openLog();
    const stat = await log.stat();
    if (stat.sizeBytes < end) throw corrupt('it became shorter while it was locked');
    if (stat.sizeBytes > end) await log.truncate(end);
    // Another writer may have died before its sync: nothing is put on what may vanish from below it.
    if (end > 0 && !this.#isDurable(stat, end)) await this.#sync(log, { reading, end });
    await this.#write(log, record, end);
    await this.#sync(log, { reading, end });
    await this.#syncName(log, stat, end);
    this.#durable = { device: stat.device, inode: stat.inode, end: end + record.length };
  }

  /**
   * Publishes the table of all that `reading` found.
   *
   * @param logOffset where its last record starts in the log that the table is for
   * @throws RefusedError `LABEL_TABLE_FULL`
   */
  async publishTable({ book }: Reading, logOffset: number): Promise<void> {
    const bytes = encodeTable({ n: book.n, logOffset, labels: book.list() });
    if (bytes.length > MAX_TABLE_BYTES) {
      throw new RefusedError('LABEL_TABLE_FULL', `label table would have ${bytes.length} bytes`, {
        hint: 'delete labels that nobody needs',
      });
    }
    decodeTable(bytes); // what is published can be read
    await writeFileDurably(this.#files, this.#paths.table, bytes, this.#permissions);
  }

  /** Publishes a log that holds only the records from byte `start` to byte `end` of the present one. */
  async publishLog(start: number, end: number): Promise<void> {
    await using log = await this.#files.open(this.#paths.log, 'read');
    if (log !== undefined) await this.#publishPart(log, start, end);
  }

  async #openLog(): Promise<OpenFile> {
    const found = await this.#files.open(this.#paths.log, 'update');
    if (found !== undefined) return found;
    const { permissions } = this.#permissions;
    const path = this.#paths.log;
    const file = await this.#files.open(path, 'create', permissions);
    try {
      if (permissions !== undefined) await this.#files.setMode(path, permissions);
    } catch (error) {
      await discard(this.#files, { path, file }); // else the next writer would take it as it is
      throw error;
    }
    return file;
  }

  #isDurable({ device, inode }: FileStat, end: number): boolean {
    const known = this.#durable;
    return known?.device === device && known.inode === inode && known.end === end;
  }

  async #write(log: OpenFile, record: Uint8Array, end: number): Promise<void> {
    try {
      await log.write(record, end);
    } catch (error) {
      await withdraw(log, end);
      throw error;
    }
  }

  /** A sync that failed is never tried again: what it dropped would be missing, and the next one would not say. */
  async #sync(
    log: OpenFile,
    { reading, end }: { readonly reading: Reading; readonly end: number },
  ): Promise<void> {
    try {
      await log.sync();
    } catch (error) {
      this.#durable = undefined;
      try {
        await this.#publishPart(log, 0, end);
        if (reading.end === end) await this.publishTable(reading, reading.start); // else it has what is taken back
      } catch {
        await withdraw(log, end); // the first error is the one to report
      }
      throw error;
    }
  }

  /** Once for each file: whoever made it, or renamed it into place, may have died before doing so. */
  async #syncName(log: OpenFile, { device, inode }: FileStat, end: number): Promise<void> {
    if (this.#durable?.device === device && this.#durable.inode === inode) return;
    try {
      await this.#files.syncFolder(this.#paths.folder);
    } catch (error) {
      await withdraw(log, end);
      throw error;
    }
  }

  async #publishPart(log: OpenFile, start: number, end: number): Promise<void> {
    const cursor = new LogCursor(log, end, { at: start });
    while ((await cursor.next()) !== undefined); // only what is whole is published
    if (cursor.at !== end) throw corrupt(`no record at byte ${cursor.at}`);
    const bytes = new Uint8Array(end - start);
    await log.read(bytes, start);
    await writeFileDurably(this.#files, this.#paths.log, bytes, this.#permissions);
  }
}

/** Takes back what was written after `end`, as far as that can be done: else it is a torn tail, or stays. */
async function withdraw(log: OpenFile, end: number): Promise<void> {
  await Promise.allSettled([log.truncate(end)]);
}
