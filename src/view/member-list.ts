/**
 * Members of an archive in their order, some hundred at a time: numbers and bytes in columns, so that an archive of very
 * many small files allocates nothing a file.
 */
import { ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { type Attributes, NO_ATTRIBUTES } from '../object/attributes.ts';
import type { EntryKind } from '../object/tree-entry.ts';
import type { WalkedEntry } from '../tree/walk.ts';

/** The most members of a list. */
const LIST_MEMBERS = 1024;
/** A list of long paths is full sooner. */
const LIST_PATH_BYTES: number = 128 * 1024;

/** What the column of kinds holds. */
export const KIND: Readonly<Record<EntryKind, number>> = { file: 0, executable: 1, symlink: 2, folder: 3 };
export const KINDS: readonly EntryKind[] = ['file', 'executable', 'symlink', 'folder'];

const SLASH = 0x2f;

/** Where the name and the 32 bytes of the id of a member are in some bytes. */
export interface MemberSource {
  readonly bytes: Uint8Array;
  readonly nameAt: number;
  readonly nameBytes: number;
  readonly idAt: number;
}

export interface MemberFacts {
  readonly kind: number;
  readonly sizeBytes: number;
  readonly depth: number;
  /** Whole, since 1970. */
  readonly timeSeconds: number;
}

export class MemberList {
  readonly kinds: Uint8Array = new Uint8Array(LIST_MEMBERS);
  readonly sizes: Float64Array = new Float64Array(LIST_MEMBERS);
  /** 32 bytes each; zeros for a folder, whose tree nobody asks for here. */
  readonly ids: Uint8Array = new Uint8Array(LIST_MEMBERS * ID_BYTES);
  /** 1 for a member of the root of the archive. */
  readonly depths: Uint16Array = new Uint16Array(LIST_MEMBERS);
  /** In whole seconds since 1970. */
  readonly times: Float64Array = new Float64Array(LIST_MEMBERS);
  /** By number; those without are not in it. */
  readonly attributes: Map<number, Attributes> = new Map();
  /** All paths, one behind the other, none with a slash at its end. */
  paths: Uint8Array = new Uint8Array(LIST_PATH_BYTES);
  readonly #ends = new Uint32Array(LIST_MEMBERS);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count === LIST_MEMBERS || this.pathStart(this.#count) > LIST_PATH_BYTES;
  }

  clear(): void {
    this.#count = 0;
    this.attributes.clear();
  }

  /** Where the path of a member starts among all of them. */
  pathStart(number: number): number {
    return number === 0 ? 0 : this.#ends[number - 1]!;
  }

  pathEnd(number: number): number {
    return this.#ends[number]!;
  }

  /** A view. */
  pathAt(number: number): Uint8Array {
    return this.paths.subarray(this.pathStart(number), this.#ends[number]);
  }

  idAt(number: number): ObjectId {
    return objectIdFromBytes(this.ids.subarray(number * ID_BYTES, (number + 1) * ID_BYTES));
  }

  /**
   * Notes a member; the list must not be full.
   *
   * @param folder that it is in, without a slash at its end; empty for the root
   * @param source of its name and its id
   */
  add(folder: Uint8Array, source: MemberSource, facts: MemberFacts): void {
    const { kind, sizeBytes, depth, timeSeconds } = facts;
    const number = this.#count++;
    const { bytes, nameAt, nameBytes, idAt } = source;
    let at = this.pathStart(number);
    this.#reserve(at + folder.length + 1 + nameBytes);
    const { paths } = this;
    if (folder.length > 0) {
      paths.set(folder, at);
      at += folder.length;
      paths[at++] = SLASH;
    }
    for (let byte = 0; byte < nameBytes; byte++) paths[at++] = bytes[nameAt + byte]!;
    const id = number * ID_BYTES;
    if (kind === KIND.folder) this.ids.fill(0, id, id + ID_BYTES);
    else for (let byte = 0; byte < ID_BYTES; byte++) this.ids[id + byte] = bytes[idAt + byte]!;
    this.#ends[number] = at;
    this.kinds[number] = kind;
    this.sizes[number] = sizeBytes;
    this.depths[number] = depth;
    this.times[number] = timeSeconds;
  }

  /** A member as a walk of the whole archive would meet it, a copy. */
  walkedAt(number: number): WalkedEntry {
    const path = this.pathAt(number).slice();
    return {
      path,
      depth: this.depths[number]!,
      entry: {
        name: path.subarray(path.lastIndexOf(SLASH) + 1),
        kind: KINDS[this.kinds[number]!]!,
        sizeBytes: this.sizes[number]!,
        id: this.idAt(number),
        attributes: this.attributes.get(number) ?? NO_ATTRIBUTES,
      },
    };
  }

  #reserve(pathBytes: number): void {
    if (pathBytes <= this.paths.length) return;
    const larger = new Uint8Array(pathBytes * 2);
    larger.set(this.paths);
    this.paths = larger;
  }
}
