/**
 * Entries that were found in one folder, in the order of the walk. They are numbered from 0 on, and what they say is
 * made into objects only when it is asked for: most who look for entries want their paths, if that.
 */
import { encodeVarint } from '../bytes/varint.ts';
import { ID_BYTES, objectIdFromBytes } from '../hash/object-id.ts';
import { PICK_BYTES, type Picks } from '../kernel/tree-picker.ts';
import { decodeAttributes } from '../object/attributes.ts';
import type { EntryKind } from '../object/tree-entry.ts';
import { joinPath, type WalkedEntry } from './walk.ts';

/** Some entries of one folder. */
export interface FoundEntries extends Iterable<WalkedEntry> {
  readonly length: number;
  /**
   * Their paths as lines, a folder's with a slash behind it, where that is at hand and nothing in them must be
   * escaped: for many entries much less work than the entries.
   */
  readonly lines: Uint8Array | undefined;
  /** An entry as a walk has it. @throws CorruptError `ATTRIBUTES_INVALID` */
  entryOf(at: number): WalkedEntry;
}

/** Entries that were picked: those that are wanted, and every folder. */
export interface Picked {
  readonly length: number;
  isWanted(at: number): boolean;
  kindOf(at: number): EntryKind;
  entryOf(at: number): WalkedEntry;
  /** Those from `start` up to `end`, not included. */
  run(start: number, end: number): FoundEntries;
}

/** A tree that is looked through, whole. */
export interface OpenTree {
  readonly bytes: Uint8Array;
  /** From the root of the walk; empty for the root. */
  readonly path: Uint8Array;
  /** Of its members; 1 for the root's. */
  readonly depth: number;
}

const WANTED = 0x8000_0000;
const FOLDER = 0x100;
const EXECUTABLE = 0x400_0000;
const SYMLINK = 0x800_0000;

/** What the kernel picks of a tree, some at a time: columns, and the tree's bytes. */
export class PickedRows implements Picked {
  readonly length: number;
  readonly #tree: OpenTree;
  /** As assembly/pick.ts has them. */
  readonly #picks: DataView;
  readonly #lines: Uint8Array;
  readonly #arePlain: boolean;

  /** @param picks are copied */
  constructor(tree: OpenTree, { count, picks, lines, arePlain }: Picks) {
    this.length = count;
    this.#tree = tree;
    this.#picks = new DataView(picks.slice().buffer);
    this.#lines = lines.slice();
    this.#arePlain = arePlain;
  }

  isWanted(at: number): boolean {
    return (this.#factsOf(at) & WANTED) !== 0;
  }

  kindOf(at: number): EntryKind {
    const facts = this.#factsOf(at);
    if ((facts & FOLDER) !== 0) return 'folder';
    if ((facts & SYMLINK) !== 0) return 'symlink';
    return (facts & EXECUTABLE) === 0 ? 'file' : 'executable';
  }

  entryOf(at: number): WalkedEntry {
    const { bytes, path, depth } = this.#tree;
    const facts = this.#factsOf(at);
    const idAt = this.#picks.getUint32(at * PICK_BYTES + 8, true);
    const name = new Uint8Array(bytes.subarray(idAt - 1 - (facts & 0xff), idAt - 1)); // a copy: the tree may go
    const attributesBytes = (facts >>> 9) & 0x1ffff;
    const attributesAt = idAt + ID_BYTES + encodeVarint(attributesBytes).length;
    const entry = {
      name,
      kind: this.kindOf(at),
      sizeBytes: this.#picks.getFloat64(at * PICK_BYTES, true),
      id: objectIdFromBytes(bytes.subarray(idAt, idAt + ID_BYTES)),
      attributes: decodeAttributes(bytes.subarray(attributesAt, attributesAt + attributesBytes)),
    };
    return { path: joinPath(path, name), depth, entry };
  }

  run(start: number, end: number): FoundEntries {
    const lines = this.#arePlain
      ? this.#lines.subarray(start === 0 ? 0 : this.#lineEndOf(start - 1), this.#lineEndOf(end - 1))
      : undefined;
    return {
      length: end - start,
      lines,
      entryOf: (at) => this.entryOf(start + at),
      *[Symbol.iterator]() {
        for (let at = 0; at < end - start; at++) yield this.entryOf(at);
      },
    };
  }

  #factsOf(at: number): number {
    return this.#picks.getUint32(at * PICK_BYTES + 12, true);
  }

  #lineEndOf(at: number): number {
    return this.#picks.getUint32(at * PICK_BYTES + 16, true);
  }
}

/** Picked of entries that were decoded one by one. */
export class PickedEntries implements Picked {
  readonly #entries: WalkedEntry[] = [];
  readonly #wanted: boolean[] = [];

  get length(): number {
    return this.#entries.length;
  }

  pick(entry: WalkedEntry, isWanted: boolean): void {
    this.#entries.push(entry);
    this.#wanted.push(isWanted);
  }

  isWanted(at: number): boolean {
    return this.#wanted[at] === true;
  }

  kindOf(at: number): EntryKind {
    return this.#entries[at]!.entry.kind;
  }

  entryOf(at: number): WalkedEntry {
    return this.#entries[at]!;
  }

  run(start: number, end: number): FoundEntries {
    return foundAmong(this.#entries.slice(start, end));
  }
}

/** Entries that are there already. */
export function foundAmong(entries: readonly WalkedEntry[]): FoundEntries {
  return {
    length: entries.length,
    lines: undefined,
    entryOf: (at) => entries[at]!,
    [Symbol.iterator]: () => entries[Symbol.iterator](),
  };
}
