/** Parts of files as one file to read: a section of one, or the pieces of one that was cut up. */
import { SystemError } from '../errors/errors.ts';
import type { FileStat, OpenFile } from './file-system.ts';

/** Bytes of a file from `start` up to, not including, `end`. */
export interface FileSection {
  /** Open to read; stays its opener's. */
  readonly file: OpenFile;
  readonly start: number;
  readonly end: number;
}

/** One file to read, of sections one after the other. Closing it closes none of their files. */
export class JoinedFile implements OpenFile {
  readonly #sections: readonly FileSection[];
  readonly sizeBytes: number;
  readonly write: OpenFile['write'] = refuse;
  readonly truncate: OpenFile['truncate'] = refuse;
  readonly sync: OpenFile['sync'] = refuse;

  constructor(sections: readonly FileSection[]) {
    this.#sections = sections;
    this.sizeBytes = sections.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  async read(into: Uint8Array, at: number): Promise<number> {
    let filled = 0;
    let sectionAt = 0;
    for (const { file, start, end } of this.#sections) {
      const from = at + filled - sectionAt;
      const length = Math.min(end - start - from, into.length - filled);
      sectionAt += end - start;
      if (length <= 0) continue;
      const count = await file.read(into.subarray(filled, filled + length), start + from);
      filled += count;
      if (count < length) break; // it became shorter meanwhile
    }
    return filled;
  }

  async stat(): Promise<FileStat> {
    const unknown = { device: 0n, inode: 0n, modifiedNs: 0n, changedNs: 0n };
    return { kind: 'file', sizeBytes: this.sizeBytes, mode: 0o444, ...unknown };
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}

async function refuse(): Promise<never> {
  throw new SystemError('READ_ONLY', 'cannot change a part of a file that is only read');
}
