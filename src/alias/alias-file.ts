/**
 * One file of aliases, open: its sorted rows are read where they are needed, its records are held. It lasts as it was
 * opened, also where another takes its name; only records that are appended to it come in by `readOn`.
 */

import { readU32 } from '../bytes/big-endian.ts';
import { compareBytes, equalBytes } from '../bytes/compare.ts';
import { concatBytes } from '../bytes/concat.ts';
import { formatHex, parseHex } from '../bytes/hex.ts';
import type { FileStat, OpenFile } from '../files/file-system.ts';
import { ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import {
  ALIAS_HEADER_BYTES,
  type AliasHeader,
  aliasesCorrupt,
  blockCount,
  decodeAliasBlock,
  decodeAliasHeader,
  decodeAliasTail,
  maxTailBytes,
  placeOfBlock,
  rowBytesOf,
  sortedEnd,
} from './alias-layout.ts';
import { eachRow, sortRows } from './alias-rows.ts';

/** So many ids under one digest are looked at; only a file that was made up has more. */
const MAX_CANDIDATES = 1000;
const KEY_VALUES: number = 2 ** 32;

export class AliasFile {
  readonly header: AliasHeader;
  readonly rowBytes: number;
  readonly #file: OpenFile;
  readonly #idsByDigest: Map<string, Uint8Array[]> = new Map();
  #stat: FileStat;
  #end: number;
  #users = 0;
  #isRetired = false;

  private constructor(file: OpenFile, header: AliasHeader, stat: FileStat) {
    this.#file = file;
    this.header = header;
    this.rowBytes = rowBytesOf(header.hash);
    this.#stat = stat;
    this.#end = sortedEnd(header);
  }

  /** @param file this object's own from here on, unless it throws. @throws CorruptError `ALIASES_CORRUPT` */
  static async open(file: OpenFile, hash: AliasHeader['hash']): Promise<AliasFile> {
    const stat = await file.stat();
    const head = new Uint8Array(ALIAS_HEADER_BYTES);
    const header = decodeAliasHeader(head.subarray(0, await file.read(head, 0)));
    if (header.hash !== hash) throw aliasesCorrupt(`it is of ${header.hash}, and not of ${hash}`);
    const opened = new AliasFile(file, header, stat);
    await opened.readOn(stat);
    return opened;
  }

  /** What the file was when it was last looked at. */
  get stat(): FileStat {
    return this.#stat;
  }

  /** Where the last whole record ends. */
  get end(): number {
    return this.#end;
  }

  /** What follows the last whole record. */
  get tornBytes(): number {
    return this.#stat.sizeBytes - this.#end;
  }

  /** Takes in the records that came since. @param stat what the file is now. @throws CorruptError `ALIASES_CORRUPT` */
  async readOn(stat: FileStat): Promise<void> {
    const start = sortedEnd(this.header);
    if (stat.sizeBytes < this.#end) throw aliasesCorrupt('it ends before its rows do');
    if (stat.sizeBytes - start > maxTailBytes(this.header))
      throw aliasesCorrupt('more records follow its sorted rows than any writer appends');
    const bytes = new Uint8Array(stat.sizeBytes - this.#end);
    const count = await this.#file.read(bytes, this.#end);
    const { records, wholeBytes } = decodeAliasTail(bytes.subarray(0, count), this.rowBytes);
    for (const rows of records) this.#enter(rows);
    this.#end += wholeBytes;
    this.#stat = stat;
  }

  /** The ids that stand under a digest, whether such objects are here or not; each once. */
  async find(digest: Uint8Array): Promise<ObjectId[]> {
    const found = new Set((this.#idsByDigest.get(formatHex(digest)) ?? []).map(objectIdFromBytes));
    for (let block = await this.#firstBlock(digest); block < blockCount(this.header.count); block++) {
      for (const row of eachRow(await this.#readBlock(block), this.rowBytes)) {
        const order = compareBytes(row.subarray(0, digest.length), digest);
        if (order === 0) found.add(objectIdFromBytes(row.subarray(digest.length)));
        if (order > 0 || found.size >= MAX_CANDIDATES) return [...found];
      }
    }
    return [...found];
  }

  /** Whether a row is here. */
  async has(row: Uint8Array): Promise<boolean> {
    const digestBytes = this.rowBytes - ID_BYTES;
    const id = objectIdFromBytes(row.subarray(digestBytes));
    return (await this.find(row.subarray(0, digestBytes))).includes(id);
  }

  /** The sorted rows, a block at a time. @throws CorruptError `ALIASES_CORRUPT` */
  async *walkSorted(): AsyncGenerator<Uint8Array> {
    let last: Uint8Array | undefined;
    for (let block = 0; block < blockCount(this.header.count); block++) {
      const rows = await this.#readBlock(block);
      if (last !== undefined && compareBytes(last, rows.subarray(0, this.rowBytes)) >= 0)
        throw aliasesCorrupt('its blocks are out of order');
      last = rows.slice(-this.rowBytes);
      yield rows;
    }
  }

  /** The rows of all records, in strictly ascending order. */
  recordRows(): Uint8Array {
    const rows = [...this.#idsByDigest].flatMap(([hex, ids]) =>
      ids.map((id) => concatBytes([parseHex(hex), id])),
    );
    return rows.length === 0 ? new Uint8Array(0) : sortRows(concatBytes(rows), this.rowBytes);
  }

  /** Keeps it open until `release`. */
  retain(): void {
    this.#users++;
  }

  async release(): Promise<void> {
    this.#users--;
    if (this.#isRetired && this.#users === 0) await this.#file[Symbol.asyncDispose]();
  }

  /** Closes it once nobody uses it. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    if (this.#users === 0) await this.#file[Symbol.asyncDispose]();
  }

  #enter(rows: Uint8Array): void {
    const digestBytes = this.rowBytes - ID_BYTES;
    for (const row of eachRow(rows, this.rowBytes)) {
      const key = formatHex(row.subarray(0, digestBytes));
      const ids = this.#idsByDigest.get(key) ?? [];
      const id = row.subarray(digestBytes);
      if (!ids.some((known) => equalBytes(known, id))) this.#idsByDigest.set(key, [...ids, id]);
    }
  }

  /**
   * The first block that has a row of this digest or a greater one; as many as there are blocks where none has.
   *
   * Digests are spread evenly, so that the first guess is near, and the steps from it to either side double: a few
   * reads, and in a file that was made up at most twice as many as by halves.
   */
  async #firstBlock(digest: Uint8Array): Promise<number> {
    let low = 0;
    let high = blockCount(this.header.count);
    let probe = Math.floor((readU32(digest, 0) / KEY_VALUES) * high);
    for (let step = 1; low < high; step *= 2) {
      const rows = await this.#readBlock(probe);
      const isBelow = compareBytes(rows.subarray(-this.rowBytes).subarray(0, digest.length), digest) < 0;
      const startsBelow = compareBytes(rows.subarray(0, digest.length), digest) < 0;
      if (!isBelow && startsBelow) return probe;
      if (isBelow) low = probe + 1;
      else high = probe;
      const middle = Math.floor((low + high) / 2);
      probe = isBelow ? Math.min(low + step - 1, middle) : Math.max(high - step, middle);
    }
    return low;
  }

  async #readBlock(block: number): Promise<Uint8Array> {
    const { at, length } = placeOfBlock(this.header, block);
    const bytes = new Uint8Array(length);
    const count = await this.#file.read(bytes, at);
    return decodeAliasBlock(bytes.subarray(0, count), this.rowBytes);
  }
}
