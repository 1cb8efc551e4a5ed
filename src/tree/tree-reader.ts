/**
 * Reads trees as those need them who read many: every rule of the format is held, and nothing is allocated an entry.
 *
 * It is as strict as `decodeTree`, which says what is wrong; this one says only that something is.
 */
import { encodeVarint } from '../bytes/varint.ts';
import { CorruptError } from '../errors/errors.ts';
import { ID_BYTES } from '../hash/object-id.ts';
import { TreeRows } from '../kernel/tree-rows.ts';
import { type Attributes, decodeAttributes, NO_ATTRIBUTES } from '../object/attributes.ts';

export class TreeReader {
  /** What was read last. */
  readonly rows: TreeRows = new TreeRows();
  #tree: Uint8Array = new Uint8Array(0);

  /** Starts on another tree. @param tree until it was read */
  open(tree: Uint8Array): void {
    this.#tree = tree;
    this.rows.open(tree);
  }

  /** Reads the next entries into `rows`. @returns how many, 0 at the end; less than 0 where this is no tree */
  next(): number {
    const count = this.rows.next();
    for (let row = 0; row < count; row++) {
      if (this.rows.attributesBytesAt(row) > 0 && !this.#hasAttributes(row)) return -1;
    }
    return count;
  }

  /** What is noted of a row's entry. @throws CorruptError `ATTRIBUTES_INVALID`, which `next` has looked for */
  attributesAt(row: number): Attributes {
    const length = this.rows.attributesBytesAt(row);
    if (length === 0) return NO_ATTRIBUTES;
    const start = this.rows.idAt(row) + ID_BYTES + encodeVarint(length).length;
    return decodeAttributes(this.#tree.subarray(start, start + length));
  }

  #hasAttributes(row: number): boolean {
    try {
      this.attributesAt(row);
      return true;
    } catch (error) {
      if (error instanceof CorruptError) return false;
      throw error;
    }
  }
}
