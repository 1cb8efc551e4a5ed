/**
 * What was known of a folder, beside a walk that meets its members in the same order: each is the next row, or else
 * it is new, or was something else.
 */
import type { ByteString } from '../bytes/byte-string.ts';
import type { FileLook } from '../files/direct-files.ts';
import type { FileStat } from '../files/file-system.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { RowKind, StatTable } from './stat-table.ts';

const EXECUTABLE_BITS = 0o111;

/** Which kind of file these permissions make. */
export function kindByMode(mode: number): 'file' | 'executable' {
  return (mode & EXECUTABLE_BITS) === 0 ? 'file' : 'executable';
}

function rowKindOf({ kind, mode }: Pick<FileStat, 'kind' | 'mode'>): RowKind | 'other' {
  return kind === 'file' ? kindByMode(mode) : kind;
}

export class KnownRows {
  readonly table: StatTable;
  readonly #lost: ReadonlySet<ObjectId>;
  #next = 0;

  /** @param lost what the store does not have any more */
  constructor(table: StatTable, lost: ReadonlySet<ObjectId>) {
    this.table = table;
    this.#lost = lost;
  }

  /** How many rows the walk has come by. */
  get met(): number {
    return this.#next;
  }

  /** Whether the next row is of this path. @param folder empty, or ends in a slash */
  isNext(folder: ByteString, name: ByteString): boolean {
    return this.table.isOf(this.#next, folder, name);
  }

  /** Comes by the next row, where a file or a symlink looks as it was. */
  passLeaf(look: FileLook): number | undefined {
    const row = this.#next;
    const isSame = this.table.kindOf(row) === rowKindOf(look) && this.table.looksLike(row, look);
    if (!isSame || this.#isLost(row)) return undefined;
    this.#next++;
    return row;
  }

  /** The row of a file or a symlink that is as it was. @param folder empty, or ends in a slash */
  meetLeaf(folder: ByteString, name: ByteString, stat: FileStat): number | undefined {
    const row = this.#meet(folder, name);
    if (row === undefined) return undefined;
    const isSame = this.table.kindOf(row) === rowKindOf(stat) && this.table.isInState(row, stat);
    return isSame && !this.#isLost(row) ? row : undefined;
  }

  /** The row of a folder, in which everything may be other than it was. */
  meetFolder(folder: ByteString, name: ByteString): number | undefined {
    const row = this.#meet(folder, name);
    return row !== undefined && this.table.kindOf(row) === 'folder' && !this.#isLost(row) ? row : undefined;
  }

  /** Comes by all that was in a folder. */
  leave(folder: ByteString): void {
    while (this.table.isUnder(this.#next, folder)) this.#next++;
  }

  /** Comes by the rows of members that are gone. */
  #meet(folder: ByteString, name: ByteString): number | undefined {
    for (; ; this.#next++) {
      if (this.table.isOf(this.#next, folder, name)) return this.#next++;
      if (!this.table.isUnder(this.#next, folder)) return undefined;
      const [member = ''] = this.table.pathOf(this.#next).slice(folder.length).split('/', 1);
      if (member >= name) return undefined;
    }
  }

  #isLost(row: number): boolean {
    return this.#lost.size > 0 && this.#lost.has(this.table.idOf(row));
  }
}
