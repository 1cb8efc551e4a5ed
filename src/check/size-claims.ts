/** What trees say of the sizes of their entries, held against what those sizes are. */
import type { ObjectId } from '../hash/object-id.ts';
import type { TreeEntry } from '../object/tree-entry.ts';

export interface WrongSize {
  readonly tree: ObjectId;
  readonly entry: TreeEntry;
  readonly actualBytes: number;
}

/** The size of a sound object. */
export type SizeOf = (id: ObjectId) => number | undefined;

export class SizeClaims {
  readonly #sizeOf: SizeOf;
  /** The sum of what each tree says, by the tree. */
  readonly #sums: Map<ObjectId, number> = new Map();
  readonly #folders: { readonly tree: ObjectId; readonly entry: TreeEntry }[] = [];
  readonly #wrong: WrongSize[] = [];

  /** @param sizeOf tells the size of every object that may be an entry's content; others are not judged */
  constructor(sizeOf: SizeOf) {
    this.#sizeOf = sizeOf;
  }

  /** Called for every entry of every tree, each tree once. */
  see(entry: TreeEntry, tree: ObjectId): void {
    this.#sums.set(tree, (this.#sums.get(tree) ?? 0) + entry.sizeBytes);
    if (entry.kind === 'folder') this.#folders.push({ tree, entry });
    else this.#judge(tree, entry, this.#sizeOf(entry.id));
  }

  /** Every entry whose size is not what it says, once all trees were seen. */
  findWrong(): readonly WrongSize[] {
    // A tree without entries was never seen, and its sum is 0: what is missing was reported otherwise.
    for (const { tree, entry } of this.#folders.splice(0))
      this.#judge(tree, entry, this.#sums.get(entry.id) ?? this.#emptySum(entry.id));
    return this.#wrong;
  }

  #emptySum(id: ObjectId): number | undefined {
    return this.#sizeOf(id) === undefined ? undefined : 0;
  }

  #judge(tree: ObjectId, entry: TreeEntry, actualBytes: number | undefined): void {
    if (actualBytes !== undefined && actualBytes !== entry.sizeBytes)
      this.#wrong.push({ tree, entry, actualBytes });
  }
}
