/** Parts of files as one file to read: a section of one, or the pieces of one that was cut up. */
import type { OpenFile } from './file-system.ts';
import { ReadOnlyFile } from './read-only.ts';

/** Bytes of a file from `start` up to, not including, `end`. */
export interface FileSection {
  /** Open to read; stays its opener's. */
  readonly file: OpenFile;
  readonly start: number;
  readonly end: number;
}

/** One file to read, of sections one after the other. Closing it closes none of their files. */
export class JoinedFile extends ReadOnlyFile {
  readonly #sections: readonly FileSection[];
  readonly sizeBytes: number;

  constructor(sections: readonly FileSection[]) {
    super();
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
}
