/**
 * What the trees and snapshots of a store name, gathered while their bytes are at hand anyway, to prove at the end
 * that all of it is here, in the role and of the size that it is named with.
 *
 * It holds of every tree and snapshot in the store, reachable or not. So a proof is proof; where there is none, a
 * walk from the labels says what is wrong, or that what is wrong is nothing that a label reaches.
 */
import { CorruptError } from '../errors/errors.ts';
import type { Horizon } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { decodeSnapshot } from '../object/snapshot.ts';
import { MAX_DEPTH, MAX_PATH_BYTES } from '../object/tree-entry.ts';
import { TreeReader } from '../tree/tree-reader.ts';
import type { Census } from './census.ts';

/** No size was said, or no tree was seen. */
const NONE = -1;
const FIRST_ROWS = 1024;

/** Trees by a number of their own, given when one is seen or named first. */
class TreeColumns {
  #count = 0;
  /** Of what is in each tree; NONE for one that was named and not seen. */
  sums: Float64Array = new Float64Array(FIRST_ROWS);
  /** What the trees that name each say it is; NONE where only snapshots do. */
  claims: Float64Array = new Float64Array(FIRST_ROWS);
  longestNames: Uint8Array = new Uint8Array(FIRST_ROWS);
  /** Where the folders of each begin in `folders`, and where they end. */
  firsts: Uint32Array = new Uint32Array(FIRST_ROWS);
  ends: Uint32Array = new Uint32Array(FIRST_ROWS);
  /** Two numbers each: the tree, and the bytes of its name. */
  folders: Uint32Array = new Uint32Array(FIRST_ROWS);
  folderEnd = 0;

  get count(): number {
    return this.#count;
  }

  add(): number {
    const tree = this.#count++;
    if (tree === this.sums.length) this.#grow();
    this.sums[tree] = NONE;
    this.claims[tree] = NONE;
    return tree;
  }

  addFolder(tree: number, nameBytes: number): void {
    if (this.folderEnd === this.folders.length) {
      const folders = new Uint32Array(this.folders.length * 2);
      folders.set(this.folders);
      this.folders = folders;
    }
    this.folders[this.folderEnd] = tree;
    this.folders[this.folderEnd + 1] = nameBytes;
    this.folderEnd += 2;
  }

  #grow(): void {
    const { sums, claims, longestNames, firsts, ends } = this;
    const rows = sums.length * 2;
    (this.sums = new Float64Array(rows)).set(sums);
    (this.claims = new Float64Array(rows)).set(claims);
    (this.longestNames = new Uint8Array(rows)).set(longestNames);
    (this.firsts = new Uint32Array(rows)).set(firsts);
    (this.ends = new Uint32Array(rows)).set(ends);
  }
}

export class Links {
  readonly #census: Census;
  /** By the number of the object. */
  readonly #treeOf: Int32Array;
  readonly #trees = new TreeColumns();
  readonly #reader = new TreeReader();
  readonly #snapshots: Set<number> = new Set();
  readonly #snapshotClaims: Set<number> = new Set();
  /** Horizon: parents of these need not be here. */
  readonly #horizon: Horizon;
  #isBroken = false;

  /** @param census which every object has entered */
  constructor(census: Census, horizon: Horizon) {
    this.#census = census;
    this.#horizon = horizon;
    this.#treeOf = new Int32Array(census.count).fill(NONE);
  }

  /** Takes what a sound object says if it is a tree. What is none, whatever was thought of it, says nothing. */
  seeTree(number: number, bytes: Uint8Array): void {
    if (this.#isLate(number)) return;
    const tree = this.#treeAt(number);
    const trees = this.#trees;
    if (trees.sums[tree] !== NONE) return; // another copy of it
    const first = trees.folderEnd;
    let sum = 0;
    let longestName = 0;
    const reader = this.#reader;
    const { ledger } = this.#census;
    reader.open(bytes);
    let count = reader.next();
    for (; count > 0; count = reader.next()) {
      const folders = ledger.claim(reader.rows, count);
      if (folders < 0) this.#isBroken = true;
      for (let row = 0; row < folders; row++) this.#takeFolder(row);
      sum += ledger.claimedBytes;
      longestName = Math.max(longestName, ledger.claimedNameBytes);
    }
    if (count < 0) return;
    if (!Number.isSafeInteger(sum)) this.#isBroken = true;
    trees.sums[tree] = sum;
    trees.longestNames[tree] = longestName;
    trees.firsts[tree] = first;
    trees.ends[tree] = trees.folderEnd;
  }

  /** As {@link Links.seeTree}, of a snapshot. */
  seeSnapshot(number: number, bytes: Uint8Array, id: ObjectId): void {
    if (this.#isLate(number) || this.#snapshots.has(number)) return;
    try {
      const { tree, parents } = decodeSnapshot(bytes);
      this.#snapshots.add(number);
      const treeNumber = this.#find(tree);
      if (treeNumber >= 0) this.#treeAt(treeNumber);
      if (!this.#horizon.has(id)) for (const parent of parents) this.#claimSnapshot(parent);
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
    }
  }

  /** Whether everything that any tree, any snapshot or one of `roots` names is sound, and is what they say. */
  prove(roots: Iterable<ObjectId>): boolean {
    for (const root of roots) this.#claimSnapshot(root);
    if (this.#isBroken) return false;
    for (const number of this.#snapshotClaims) if (!this.#snapshots.has(number)) return false;
    return this.#proveContents() && this.#proveTrees() && this.#proveDepths();
  }

  #takeFolder(row: number): void {
    const { ledger } = this.#census;
    const number = ledger.folderAt(row);
    if (this.#isLate(number)) return;
    const tree = this.#treeAt(number);
    const { claims } = this.#trees; // adding a tree may have made others of them
    const sizeBytes = ledger.folderSizeAt(row);
    if (claims[tree] === NONE) claims[tree] = sizeBytes;
    else if (claims[tree] !== sizeBytes) this.#isBroken = true; // all who name it must say the same of it
    this.#trees.addFolder(tree, ledger.folderNameBytesAt(row));
  }

  /** The number of an object; where there is none, nothing can be proved any more. */
  #find(id: ObjectId): number {
    const number = this.#census.find(id);
    if (number < 0) this.#isBroken = true;
    return this.#isLate(number) ? NONE : number;
  }

  /** What entered the census afterwards, as out of a pack whose idx was wrong, has no place here. */
  #isLate(number: number): boolean {
    const isLate = number >= this.#treeOf.length;
    if (isLate) this.#isBroken = true;
    return isLate;
  }

  #claimSnapshot(id: ObjectId): void {
    const number = this.#find(id);
    if (number >= 0) this.#snapshotClaims.add(number);
  }

  #treeAt(number: number): number {
    const known = this.#treeOf[number]!;
    if (known !== NONE) return known;
    return (this.#treeOf[number] = this.#trees.add());
  }

  #proveContents(): boolean {
    const claims = this.#census.ledger.claims();
    if (claims === undefined) return false;
    for (let number = 0; number < claims.length; number++) {
      const claim = claims[number]!;
      if (claim !== NONE && this.#census.sizeAt(number) !== claim) return false;
    }
    return true;
  }

  /** A tree that was named and never seen proves nothing, and neither does a file that is taken for a tree. */
  #proveTrees(): boolean {
    const { sums, claims, count } = this.#trees;
    for (let tree = 0; tree < count; tree++) {
      if (sums[tree] === NONE || (claims[tree] !== NONE && claims[tree] !== sums[tree])) return false;
    }
    return true;
  }

  /** No tree is deeper, and has a longer path, than readers go. */
  #proveDepths(): boolean {
    const { count, firsts, ends, folders } = this.#trees;
    const depths = new Int32Array(count).fill(NONE);
    const paths = new Int32Array(count);
    const stack: number[] = [];
    for (let root = 0; root < count; root++) {
      if (depths[root] === NONE) stack.push(root);
      for (let tree = stack.at(-1); tree !== undefined; tree = stack.at(-1)) {
        const before = stack.length;
        for (let at = firsts[tree]!; at < ends[tree]! && depths[tree] === NONE; at += 2) {
          if (depths[folders[at]!] === NONE) stack.push(folders[at]!);
        }
        if (stack.length > before) continue; // until those were measured
        stack.pop();
        if (depths[tree] === NONE && !this.#measure(tree, depths, paths)) return false;
      }
    }
    return true;
  }

  /** Measures a tree whose folders were measured. `false` where it is beyond the limits. */
  #measure(tree: number, depths: Int32Array, paths: Int32Array): boolean {
    const { longestNames, firsts, ends, folders } = this.#trees;
    let depth = longestNames[tree]! > 0 ? 1 : 0;
    let path = longestNames[tree]!;
    for (let at = firsts[tree]!; at < ends[tree]!; at += 2) {
      const below = folders[at]!;
      depth = Math.max(depth, depths[below]! + 1);
      if (depths[below]! > 0) path = Math.max(path, folders[at + 1]! + 1 + paths[below]!);
    }
    depths[tree] = depth;
    paths[tree] = path;
    return depth <= MAX_DEPTH && path <= MAX_PATH_BYTES;
  }
}
