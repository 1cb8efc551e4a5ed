/**
 * Reads the bytes of a tree as a check needs it: every rule of the format is held, and nothing is allocated an entry.
 *
 * It is as strict as `decodeTree`, which says what is wrong; this one says only that something is.
 */
import { encodeText } from '../bytes/text.ts';
import { decodeVarint } from '../bytes/varint.ts';
import { CorruptError } from '../errors/errors.ts';
import { ID_BYTES } from '../hash/object-id.ts';
import { decodeAttributes, MAX_ATTRIBUTES_BYTES } from '../object/attributes.ts';
import { findNameFault, MAX_NAME_BYTES, MAX_PATH_BYTES } from '../object/tree-entry.ts';

/** What one entry says, for as long as the call of {@link EntryListener} lasts. */
export interface EntryClaim {
  /** Where the 32 bytes of its id start in the tree. */
  idAt: number;
  isFolder: boolean;
  sizeBytes: number;
  nameBytes: number;
}

export type EntryListener = (claim: EntryClaim) => void;

const MAGIC: Uint8Array = encodeText('tree 1\n');
const SPACE = 0x20;
const DOT = 0x2e;
const SLASH = 0x2f;
const ZERO = 0x30;
const MAX_SIZE_DIGITS = 16;
/** The modes as numbers of their decimal digits; 40000 is a folder, 120000 a symlink. */
const FOLDER = 40_000;
const SYMLINK = 120_000;
const MODES: ReadonlySet<number> = new Set([100_644, 100_755, SYMLINK, FOLDER]);

/** Shows each entry to `see`, in order. @returns whether `bytes` are a tree; where not, some entries were shown */
export function readClaims(bytes: Uint8Array, see: EntryListener): boolean {
  for (let at = 0; at < MAGIC.length; at++) if (bytes[at] !== MAGIC[at]) return false;
  const cursor = new TreeCursor(bytes, MAGIC.length);
  while (cursor.at < bytes.length) {
    if (!cursor.next()) return false;
    see(cursor.claim);
  }
  return true;
}

class TreeCursor {
  at: number;
  readonly claim: EntryClaim;
  readonly #bytes: Uint8Array;
  #nameStart = 0;
  #nameEnd = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
    this.claim = { idAt: 0, isFolder: false, sizeBytes: 0, nameBytes: 0 };
  }

  /** Takes one entry. `false` where it breaks a rule. */
  next(): boolean {
    const mode = this.#takeNumber(6);
    if (!MODES.has(mode)) return false;
    const sizeBytes = this.#takeNumber(MAX_SIZE_DIGITS);
    if (sizeBytes < 0 || !Number.isSafeInteger(sizeBytes)) return false;
    if (mode === SYMLINK && (sizeBytes === 0 || sizeBytes > MAX_PATH_BYTES)) return false;
    if (!this.#takeName()) return false;
    const idEnd = this.at + ID_BYTES;
    if (idEnd >= this.#bytes.length) return false;
    const { claim } = this;
    claim.idAt = this.at;
    claim.isFolder = mode === FOLDER;
    claim.sizeBytes = sizeBytes;
    claim.nameBytes = this.#nameEnd - this.#nameStart;
    this.at = idEnd;
    return this.#takeAttributes();
  }

  /** A decimal number without leading zeros and the space after it, or -1. */
  #takeNumber(maxDigits: number): number {
    const bytes = this.#bytes;
    const start = this.at;
    let value = 0;
    let at = start;
    for (; at < bytes.length && bytes[at] !== SPACE; at++) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9 || at - start === maxDigits) return -1;
      value = value * 10 + digit;
    }
    if (at === start || at === bytes.length || (bytes[start] === ZERO && at - start > 1)) return -1;
    this.at = at + 1;
    return value;
  }

  /** A name that may stand in a tree and comes after the one before it, and the NUL after it. */
  #takeName(): boolean {
    const bytes = this.#bytes;
    const start = this.at;
    const previousStart = this.#nameStart;
    const previousEnd = this.#nameEnd;
    let end = start;
    for (; end < bytes.length && bytes[end] !== 0; end++) if (bytes[end] === SLASH) return false;
    if (end === start || end === bytes.length || end - start > MAX_NAME_BYTES) return false;
    if (bytes[start] === DOT && findNameFault(bytes.subarray(start, end)) !== undefined) return false;
    this.#nameStart = start;
    this.#nameEnd = end;
    this.at = end + 1;
    return this.#isAscending(previousStart, previousEnd);
  }

  #isAscending(previousStart: number, previousEnd: number): boolean {
    const bytes = this.#bytes;
    const previousBytes = previousEnd - previousStart;
    const nameBytes = this.#nameEnd - this.#nameStart;
    const shared = Math.min(previousBytes, nameBytes);
    for (let at = 0; at < shared; at++) {
      const difference = bytes[this.#nameStart + at]! - bytes[previousStart + at]!;
      if (difference !== 0) return difference > 0;
    }
    return nameBytes > previousBytes;
  }

  #takeAttributes(): boolean {
    if (this.#bytes[this.at] === 0) {
      this.at++; // most entries have none
      return true;
    }
    try {
      return this.#takeSomeAttributes();
    } catch (error) {
      if (error instanceof CorruptError) return false;
      throw error;
    }
  }

  #takeSomeAttributes(): boolean {
    const length = decodeVarint(this.#bytes, this.at);
    if (length === undefined || length.value > MAX_ATTRIBUTES_BYTES) return false;
    const end = length.end + length.value;
    if (end > this.#bytes.length) return false;
    decodeAttributes(this.#bytes.subarray(length.end, end));
    this.at = end;
    return true;
  }
}
