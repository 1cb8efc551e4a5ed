/**
 * A Huffman code of deflate as a table: the next bits of the input, as they are, look up what they mean.
 *
 * An entry is 32 bits:
 *
 *   0-5    how many bits to drop: those of the code, and the extra bits behind it
 *   8-11   how many of these are the code; in a link, how many bits look up in the table behind it
 *   12-15  LINK, END, INVALID and LITERAL; none of them for a base with extra bits
 *   16-31  the literal, the base to which the extra bits are added, or where the linked table starts
 *
 * Codes longer than the table is wide are found through a link. Source: RFC 1951, sections 3.2.2 and 3.2.5.
 */
import { CODE_INVALID } from './fault';

export const LINK: u32 = 1 << 12;
export const END: u32 = 1 << 13;
export const INVALID: u32 = 1 << 14;
export const LITERAL: u32 = 1 << 15;
export const DROP_MASK: u32 = 63;

/** No code of deflate is longer, in bits. */
const MAX_LENGTH: u32 = 15;
/** Adds one bit to both lengths of an entry. */
const ONE_BIT: u32 = 0x101;

export const LITERAL_SYMBOLS: u32 = 288;
export const DISTANCE_SYMBOLS: u32 = 32;
export const LENGTH_SYMBOLS: u32 = 19;

/** What each symbol means: entries without the length of a code, which differs from block to block. */
export const LITERAL_MEANINGS: usize = memory.data(4 * 288, 4);
export const DISTANCE_MEANINGS: usize = memory.data(4 * 32, 4);
export const LENGTH_MEANINGS: usize = memory.data(4 * 19, 4);

const counts: usize = memory.data(2 * 16, 4); // u16 a length: how many symbols have it
const starts: usize = memory.data(2 * 16, 4); // u16 a length: where its symbols start in `sorted`
const sorted: usize = memory.data(2 * 288, 4); // u16 symbols, by the length of their code, then by number

setMeanings();

function setMeanings(): void {
  for (let symbol: u32 = 0; symbol < 256; symbol++) setMeaning(LITERAL_MEANINGS, symbol, LITERAL, symbol, 0);
  setMeaning(LITERAL_MEANINGS, 256, END, 0, 0);
  let base: u32 = 3;
  for (let symbol: u32 = 257; symbol < 285; symbol++) {
    const extra: u32 = symbol < 265 ? 0 : (symbol - 261) >> 2;
    setMeaning(LITERAL_MEANINGS, symbol, 0, base, extra);
    base += 1 << extra;
  }
  setMeaning(LITERAL_MEANINGS, 285, 0, 258, 0); // one less than its place in the row would give
  for (let symbol: u32 = 286; symbol < 288; symbol++) setMeaning(LITERAL_MEANINGS, symbol, INVALID, 0, 0);
  base = 1;
  for (let symbol: u32 = 0; symbol < 30; symbol++) {
    const extra: u32 = symbol < 2 ? 0 : (symbol - 2) >> 1;
    setMeaning(DISTANCE_MEANINGS, symbol, 0, base, extra);
    base += 1 << extra;
  }
  for (let symbol: u32 = 30; symbol < 32; symbol++) setMeaning(DISTANCE_MEANINGS, symbol, INVALID, 0, 0);
  for (let symbol: u32 = 0; symbol < LENGTH_SYMBOLS; symbol++)
    setMeaning(LENGTH_MEANINGS, symbol, 0, symbol, 0);
}

function setMeaning(meanings: usize, symbol: u32, kind: u32, value: u32, extraBits: u32): void {
  store<u32>(meanings + (symbol << 2), (value << 16) | kind | extraBits);
}

/**
 * Builds the table of the code in which symbol i has `load<u8>(lengths + i)` bits, none of them over 15.
 *
 * @param width how many bits the table may look up at once; a code whose longest is shorter takes fewer
 * @param capacity entries that there is room for at `table`
 * @param mayLack the longest code that may be the only one: zlib takes a code of one symbol of one bit
 * @returns the bits that the table looks up at once, at least 1
 */
export function buildTable(
  lengths: usize,
  symbols: u32,
  meanings: usize,
  table: usize,
  width: u32,
  capacity: u32,
  mayLack: u32,
): i32 {
  const longest = countLengths(lengths, symbols);
  const lacking = lackingCodes();
  if (lacking < 0 || (lacking > 0 && longest > mayLack)) return CODE_INVALID;
  const used = max<u32>(1, min<u32>(width, longest));
  if (lacking > 0) for (let at: u32 = 0; at < 2; at++) store<u32>(table + (at << 2), INVALID | ONE_BIT);
  sortSymbols(lengths, symbols);
  const code = fillWithin(meanings, table, used);
  return longest > used ? fillLinked(meanings, table, used, longest, code, capacity) : (used as i32);
}

/** Fills `counts`. @returns the longest length, 0 where no symbol has a code */
function countLengths(lengths: usize, symbols: u32): u32 {
  memory.fill(counts, 0, 32);
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const count = counts + ((load<u8>(lengths + symbol) as usize) << 1);
    store<u16>(count, load<u16>(count) + 1);
  }
  store<u16>(counts, 0); // no code is no length
  let longest = MAX_LENGTH;
  while (longest > 0 && load<u16>(counts + (longest << 1)) == 0) longest--;
  return longest;
}

/** Fills `starts`. @returns how many codes of 15 bits are left over; negative where there are too many codes */
function lackingCodes(): i32 {
  let left: i32 = 1;
  let start: u32 = 0;
  for (let length: u32 = 1; length <= MAX_LENGTH; length++) {
    const count: u32 = load<u16>(counts + (length << 1));
    left = (left << 1) - (count as i32);
    if (left < 0) return left;
    store<u16>(starts + (length << 1), start as u16);
    start += count;
  }
  return left;
}

function sortSymbols(lengths: usize, symbols: u32): void {
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const length: usize = load<u8>(lengths + symbol);
    if (length == 0) continue;
    const start = starts + (length << 1);
    const place = load<u16>(start);
    store<u16>(sorted + ((place as usize) << 1), symbol as u16);
    store<u16>(start, place + 1);
  }
}

/** Enters all codes of at most `used` bits. @returns the next code, its bits reversed */
function fillWithin(meanings: usize, table: usize, used: u32): u32 {
  let code: u32 = 0;
  let place = sorted;
  for (let length: u32 = 1; length <= used; length++) {
    for (let left: u32 = load<u16>(counts + (length << 1)); left > 0; left--) {
      store<u32>(table + (code << 2), entryOf(meanings, load<u16>(place), length));
      code = nextCode(code, length);
      place += 2;
    }
    // What is looked up with one bit more has the same meaning whatever that bit is, until a longer code says more.
    const bytes: usize = (4 as usize) << length;
    if (length < used) memory.copy(table + bytes, table, bytes);
  }
  return code;
}

/** Enters the codes of more than `used` bits, into tables behind the first `1 << used` entries. */
function fillLinked(
  meanings: usize,
  table: usize,
  used: u32,
  longest: u32,
  firstCode: u32,
  capacity: u32,
): i32 {
  const mask: u32 = (1 << used) - 1;
  let code = firstCode;
  let place = sorted + ((load<u16>(starts + (used << 1)) as usize) << 1); // `starts` are ends by now
  let prefix: u32 = mask + 1; // none yet
  let linked: usize = 0;
  let free: u32 = mask + 1;
  let width: u32 = 0;
  for (let length = used + 1; length <= longest; length++) {
    for (let left: u32 = load<u16>(counts + (length << 1)); left > 0; left--) {
      if ((code & mask) != prefix) {
        prefix = code & mask;
        width = linkedWidth(used, length, left, longest);
        if (free + (1 << width) > capacity) return CODE_INVALID;
        store<u32>(table + (prefix << 2), (free << 16) | LINK | (width << 8) | used);
        linked = table + (free << 2);
        free += 1 << width;
      }
      const entry = entryOf(meanings, load<u16>(place), length - used);
      for (let at = code >> used; at < (1 as u32) << width; at += 1 << (length - used))
        store<u32>(linked + (at << 2), entry);
      code = nextCode(code, length);
      place += 2;
    }
  }
  return used;
}

/** How many bits more than `used` the codes have that start like the next one, of which `left` have `length`. */
function linkedWidth(used: u32, length: u32, left: u32, longest: u32): u32 {
  let width = length - used;
  let taken = left;
  while (taken < (1 as u32) << width && used + width < longest) {
    width++;
    taken = (taken << 1) + load<u16>(counts + ((used + width) << 1));
  }
  return width;
}

function entryOf(meanings: usize, symbol: u32, length: u32): u32 {
  return load<u32>(meanings + (symbol << 2)) + length * ONE_BIT;
}

/** The code after `code` of `length` bits, both with their bits reversed, as the input has them. */
function nextCode(code: u32, length: u32): u32 {
  const zeros = ~code & ((1 << length) - 1);
  if (zeros == 0) return 0; // that was the last one
  const bit: u32 = (1 << 31) >> clz<u32>(zeros);
  return (code & (bit - 1)) | bit;
}
