/** The lines of two texts as numbers: equal lines have the same, so that nothing else need look at their bytes again. */

export interface NumberedLines {
  /** Where each line begins, and behind the last where the text ends. A line has its line break with it. */
  readonly starts: Int32Array;
  /** For each line, from 0 on. */
  readonly numbers: Int32Array;
}

export interface NumberedPair {
  readonly before: NumberedLines;
  readonly after: NumberedLines;
  /** One more than the highest number. */
  readonly distinct: number;
}

interface HashedLines {
  readonly starts: Int32Array;
  readonly hashes: Int32Array;
}

const LINE_BREAK = 0x0a;
/** As a 32-bit integer, which all of the hash then is for the engine. */
const HASH_START: number = 0x811c9dc5 | 0;
const HASH_FACTOR = 0x01000193;
/** What the product of the multiplicative hash leaves in its high bits is brought down to where the table looks. */
const HASH_SHIFT = 15;
const FIRST_LINES = 256;
/** In each text; what is held for a line takes about 50 bytes. */
const MAX_LINES = 2 ** 21;

/** `undefined` where there are too many. @param before below 2 GiB, as `after` is */
export function numberLines(before: Uint8Array, after: Uint8Array): NumberedPair | undefined {
  const [left, right] = [hashLines(before), hashLines(after)];
  if (left === undefined || right === undefined) return undefined;
  if (left.hashes.length === 0 || right.hashes.length === 0) return unlike(left, right);
  const table = new LineTable(left.hashes.length + right.hashes.length);
  return {
    before: { starts: left.starts, numbers: table.add(before, left) },
    after: { starts: right.starts, numbers: table.add(after, right) },
    distinct: table.distinct,
  };
}

/** Where one has no lines, none of the other is equal to any: its numbers say nothing. */
function unlike(left: HashedLines, right: HashedLines): NumberedPair {
  return {
    before: { starts: left.starts, numbers: left.hashes },
    after: { starts: right.starts, numbers: right.hashes },
    distinct: 0,
  };
}

function hashLines(text: Uint8Array): HashedLines | undefined {
  let starts = new Int32Array(FIRST_LINES + 1);
  let hashes = new Int32Array(FIRST_LINES);
  let count = 0;
  let hash = HASH_START;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at]!;
    hash = Math.imul(hash ^ byte, HASH_FACTOR);
    if (byte !== LINE_BREAK && at + 1 < text.length) continue;
    if (count === MAX_LINES) return undefined;
    if (count === hashes.length) [starts, hashes] = [enlarged(starts), enlarged(hashes)];
    hashes[count] = hash ^ (hash >>> HASH_SHIFT);
    starts[++count] = at + 1;
    hash = HASH_START;
  }
  return { starts: starts.subarray(0, count + 1), hashes: hashes.subarray(0, count) };
}

function enlarged(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** Every line that there is once, by its hash: at most half of the slots are taken. */
class LineTable {
  distinct = 0;
  /** The number of the line in a slot, and 1; 0 for a free one. */
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #hashes: Int32Array;
  /** Of each number the text that it was first seen in, and where it is there. */
  readonly #texts: Uint8Array[] = [];
  readonly #textOf: Uint8Array;
  readonly #from: Int32Array;
  readonly #to: Int32Array;

  constructor(lines: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(lines, 1) * 2));
    this.#slots = new Int32Array(slots);
    this.#mask = slots - 1;
    this.#hashes = new Int32Array(lines);
    this.#textOf = new Uint8Array(lines);
    this.#from = new Int32Array(lines);
    this.#to = new Int32Array(lines);
  }

  /** The numbers of all lines of one more text. */
  add(text: Uint8Array, { starts, hashes }: HashedLines): Int32Array {
    this.#texts.push(text);
    const numbers = new Int32Array(hashes.length);
    for (let line = 0; line < hashes.length; line++)
      numbers[line] = this.#numberOf(hashes[line]!, starts[line]!, starts[line + 1]!);
    return numbers;
  }

  #numberOf(hash: number, from: number, to: number): number {
    let slot = hash & this.#mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & this.#mask) {
      const number = this.#slots[slot]! - 1;
      if (this.#hashes[number] === hash && this.#isEqual(number, from, to)) return number;
    }
    const number = this.distinct++;
    this.#slots[slot] = number + 1;
    this.#hashes[number] = hash;
    this.#textOf[number] = this.#texts.length - 1;
    this.#from[number] = from;
    this.#to[number] = to;
    return number;
  }

  /** By every byte: anybody can make two lines of one hash. */
  #isEqual(number: number, from: number, to: number): boolean {
    const start = this.#from[number]!;
    if (this.#to[number]! - start !== to - from) return false;
    const text = this.#texts[this.#texts.length - 1]!;
    const other = this.#texts[this.#textOf[number]!]!;
    for (let at = from, there = start; at < to; at++, there++) if (text[at] !== other[there]) return false;
    return true;
  }
}
