/** Single look-ups in a meta that is not held. Nothing proves these bytes: what hashes to its id has its size. */
import { readU32, readU64 } from '../bytes/big-endian.ts';
import { decodeMetaHeader, invalidMeta, META_HEADER_BYTES, META_ROW_BYTES } from './meta.ts';
import { type ReadAt, readExactly } from './read-at.ts';

export interface MetaRow {
  /** Of the object. */
  readonly sizeBytes: number;
  /** CRC-32 of the object. */
  readonly contentCrc: number;
}

export class MetaPages {
  readonly count: number;
  readonly packTrailer: Uint8Array;
  readonly #read: ReadAt;

  private constructor(read: ReadAt, header: Uint8Array, fileBytes: number) {
    this.#read = read;
    this.count = decodeMetaHeader(header, fileBytes);
    this.packTrailer = header.slice(0, META_HEADER_BYTES - 4);
  }

  /** @throws CorruptError `META_INVALID` for what the first 36 bytes and the length of the file show */
  static async open(file: { readonly read: ReadAt; readonly fileBytes: number }): Promise<MetaPages> {
    const { read, fileBytes } = file;
    return new MetaPages(read, await read(0, Math.min(META_HEADER_BYTES, fileBytes)), fileBytes);
  }

  /**
   * What the meta says of a row, 0 to `count` - 1.
   *
   * @throws CorruptError `META_INVALID` for a size over 2^53-1, or a file that became shorter
   */
  async rowAt(row: number): Promise<MetaRow> {
    const range = { at: META_HEADER_BYTES + row * META_ROW_BYTES, length: META_ROW_BYTES };
    const bytes = await readExactly(this.#read, range, () => invalidMeta('it became shorter'));
    const sizeBytes = readU64(bytes, 0);
    if (!Number.isSafeInteger(sizeBytes)) throw invalidMeta('it has a size that no object has');
    return { sizeBytes, contentCrc: readU32(bytes, 8) };
  }
}
