/**
 * The codes of a block: the fixed ones, and those that a block brings with it.
 *
 * A block of its own codes starts with how many lengths follow, the lengths of the code in which they are
 * written, and the lengths. Source: RFC 1951, sections 3.2.6 and 3.2.7.
 */
import { dropBits, isPastEnd, peekBits, reload, takeBits } from './bit-input';
import {
  buildTable,
  DISTANCE_MEANINGS,
  DISTANCE_SYMBOLS,
  DROP_MASK,
  INVALID,
  LENGTH_MEANINGS,
  LENGTH_SYMBOLS,
  LITERAL_MEANINGS,
  LITERAL_SYMBOLS,
} from './code-table';
import { CODE_INVALID, CODE_LENGTHS_INVALID, SOUND, SOURCE_CUT } from './fault';

/** Wide enough for most literals of most blocks, and not longer to build than it saves. */
const LITERAL_WIDTH: u32 = 10;
const DISTANCE_WIDTH: u32 = 8;
const LENGTH_WIDTH: u32 = 7;
const FIXED_LITERAL_WIDTH: u32 = 9;
const FIXED_DISTANCE_WIDTH: u32 = 5;
/** More than any code can need with its links: 1,334 entries, 402 for distances. */
const LITERAL_CAPACITY: u32 = 1536;
const DISTANCE_CAPACITY: u32 = 512;

const MAX_LITERAL_LENGTHS: u32 = 286;
const MAX_DISTANCE_LENGTHS: u32 = 30;
const END_SYMBOL: usize = 256;

const literals: usize = memory.data(4 * 1536, 8);
const distances: usize = memory.data(4 * 512, 8);
const lengthCode: usize = memory.data(4 * 128, 8);
const fixedLiterals: usize = memory.data(4 * 512, 8);
const fixedDistances: usize = memory.data(4 * 32, 8);
const lengths: usize = memory.data(320, 8); // u8 a symbol: of the literals, right behind them of the distances
const lengthOrder: usize = memory.data<u8>([
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
]);

/** The tables of the block at hand, and which bits look up in them at once. */
export let literalTable: usize = 0;
export let literalMask: u32 = 0;
export let distanceTable: usize = 0;
export let distanceMask: u32 = 0;

buildFixed();

function buildFixed(): void {
  memory.fill(lengths, 8, 144);
  memory.fill(lengths + 144, 9, 112);
  memory.fill(lengths + 256, 7, 24);
  memory.fill(lengths + 280, 8, 8);
  buildTable(lengths, LITERAL_SYMBOLS, LITERAL_MEANINGS, fixedLiterals, FIXED_LITERAL_WIDTH, 512, 0);
  memory.fill(lengths, 5, DISTANCE_SYMBOLS);
  buildTable(lengths, DISTANCE_SYMBOLS, DISTANCE_MEANINGS, fixedDistances, FIXED_DISTANCE_WIDTH, 32, 0);
}

export function useFixedCodes(): void {
  useCodes(fixedLiterals, FIXED_LITERAL_WIDTH, fixedDistances, FIXED_DISTANCE_WIDTH);
}

function useCodes(literals: usize, literalWidth: u32, distances: usize, distanceWidth: u32): void {
  literalTable = literals;
  literalMask = (1 << literalWidth) - 1;
  distanceTable = distances;
  distanceMask = (1 << distanceWidth) - 1;
}

/** Takes the codes that stand at the start of a block. */
export function readCodes(): i32 {
  reload();
  const literalCount = takeBits(5) + 257;
  const distanceCount = takeBits(5) + 1;
  const lengthCount = takeBits(4) + 4;
  if (literalCount > MAX_LITERAL_LENGTHS || distanceCount > MAX_DISTANCE_LENGTHS) return CODE_LENGTHS_INVALID;
  const width = readLengthCode(lengthCount);
  if (width < 0) return width;
  const fault = readLengths(literalCount + distanceCount, width);
  if (fault != SOUND) return fault;
  if (load<u8>(lengths + END_SYMBOL) == 0) return CODE_LENGTHS_INVALID;
  return buildCodes(literalCount, distanceCount);
}

function readLengthCode(count: u32): i32 {
  memory.fill(lengths, 0, LENGTH_SYMBOLS);
  for (let at: u32 = 0; at < count; at++) {
    if (at % 16 == 0) reload(); // 16 lengths are 48 bits
    store<u8>(lengths + load<u8>(lengthOrder + at), takeBits(3) as u8);
  }
  return buildTable(lengths, LENGTH_SYMBOLS, LENGTH_MEANINGS, lengthCode, LENGTH_WIDTH, 128, 0);
}

function readLengths(total: u32, width: u32): i32 {
  let at: u32 = 0;
  while (at < total) {
    reload();
    if (isPastEnd()) return SOURCE_CUT;
    const entry = load<u32>(lengthCode + (peekBits(width) << 2));
    dropBits(entry & DROP_MASK);
    if (entry & INVALID) return CODE_INVALID;
    const symbol = entry >> 16;
    if (symbol < 16) store<u8>(lengths + at++, symbol as u8);
    else {
      if (symbol == 16 && at == 0) return CODE_LENGTHS_INVALID; // there is none to repeat
      const value: u8 = symbol == 16 ? load<u8>(lengths + at - 1) : 0;
      const times: u32 = symbol == 16 ? 3 + takeBits(2) : symbol == 17 ? 3 + takeBits(3) : 11 + takeBits(7);
      if (times > total - at) return CODE_LENGTHS_INVALID;
      memory.fill(lengths + at, value, times);
      at += times;
    }
  }
  return SOUND;
}

function buildCodes(literalCount: u32, distanceCount: u32): i32 {
  const literalWidth = buildTable(
    lengths,
    literalCount,
    LITERAL_MEANINGS,
    literals,
    LITERAL_WIDTH,
    LITERAL_CAPACITY,
    1,
  );
  if (literalWidth < 0) return literalWidth;
  const distanceWidth = buildTable(
    lengths + literalCount,
    distanceCount,
    DISTANCE_MEANINGS,
    distances,
    DISTANCE_WIDTH,
    DISTANCE_CAPACITY,
    1,
  );
  if (distanceWidth < 0) return distanceWidth;
  useCodes(literals, literalWidth, distances, distanceWidth);
  return SOUND;
}
