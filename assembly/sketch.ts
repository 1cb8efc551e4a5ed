/**
 * What content is like, in 64 bytes: two sketches have the more numbers in common, the more their contents have.
 *
 * One-permutation min-hash: places are sampled by the rolling hash of what precedes them, their hashes are mixed,
 * fall into one of 16 bins, and the least of each bin stays.
 * Source: Li, Owen and Zhang, "One Permutation Hashing", 2012.
 */
import { roll } from './gear';

const BINS: u32 = 16;
const BIN_BYTES: u32 = 4;
/** Of content shorter than this one place in 8 is sampled, else one in 64: the two do not compare. */
const DENSE_BELOW: u32 = 12288;
const DENSE: u32 = 0xe0000000;
const SPARSE: u32 = 0xfc000000;

/** Writes 16 times a u32, all bits set where a bin is empty. */
export function sketch(source: usize, sourceBytes: u32, out: usize): void {
  memory.fill(out, 255, BINS * BIN_BYTES);
  const sampled = sourceBytes < DENSE_BELOW ? DENSE : SPARSE;
  const end = source + sourceBytes;
  let hash: u32 = 0;
  for (let at = source; at < end; at++) {
    hash = roll(hash, load<u8>(at));
    if ((hash & sampled) == 0) keepLeast(mix(hash), out);
  }
}

function keepLeast(value: u32, out: usize): void {
  const bin = out + (value % BINS) * BIN_BYTES;
  if (value < load<u32>(bin)) store<u32>(bin, value);
}

/** Sampled hashes have zeros in common: this spreads the rest over all bits. */
function mix(hash: u32): u32 {
  let value = hash * 0x9e3779b1;
  value = (value ^ (value >> 15)) * 0x85ebca77;
  return value ^ (value >> 13);
}
