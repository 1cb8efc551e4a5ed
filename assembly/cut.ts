/**
 * Where content is cut into chunks, by what it holds: FastCDC, normalised by one bit.
 *
 * A chunk has a quarter to four times the average, but for the last of an object. It ends behind the first byte
 * at which the upper bits of the rolling hash are 0: one bit more than the average asks for as long as the chunk
 * is shorter than that, and one bit fewer from there on. The hash starts anew behind the shortest length.
 * Source: Xia and others, "FastCDC: a Fast and Efficient Content-Defined Chunking Approach", 2016.
 */
import { roll } from './gear';

const NORMALISATION: u32 = 1;

/** @returns the length of the first chunk; all of the source where it ends before a place to cut */
export function cut(source: usize, sourceBytes: u32, averageBits: u32): u32 {
  const shortest: u32 = 1 << (averageBits - 2);
  if (sourceBytes <= shortest) return sourceBytes;
  const average = min<u32>(sourceBytes, 1 << averageBits);
  const longest = min<u32>(sourceBytes, 1 << (averageBits + 2));
  const early = upperBits(averageBits + NORMALISATION);
  const late = upperBits(averageBits - NORMALISATION);
  let hash: u32 = 0;
  let length = shortest;
  while (length < average) {
    hash = roll(hash, load<u8>(source + length++));
    if ((hash & early) == 0) return length;
  }
  while (length < longest) {
    hash = roll(hash, load<u8>(source + length++));
    if ((hash & late) == 0) return length;
  }
  return longest;
}

function upperBits(bits: u32): u32 {
  return ~((1 << (32 - bits)) - 1);
}
