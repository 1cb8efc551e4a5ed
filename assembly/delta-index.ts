/**
 * Where eight bytes of a base occur, for the search for what a target has in common with it.
 *
 *   0              4 << headBits  u32 a hash: the first place + 1 with it, 0 where there is none
 *   4 << headBits  4 * places     u32 a place: the next place + 1 with the same hash, 0 behind the last
 *
 * Place i is the byte `i * step` of the base.
 */

/** What is hashed, in bytes: shorter matches are not found. */
export const SEED_BYTES: u32 = 8;
/** 2^64 divided by the golden ratio: its product spreads what differs into the upper bits. */
const SPREAD: u64 = 0x9e3779b97f4a7c15;

export function hashAt(at: usize, headBits: u32): u32 {
  return ((load<u64>(at) * SPREAD) >> (64 - headBits)) as u32;
}

/** Fills the index at `index`; earlier places come first in each chain. */
export function indexBase(base: usize, baseBytes: u32, index: usize, headBits: u32, step: u32): void {
  const rest = index + ((4 as usize) << headBits);
  memory.fill(index, 0, (4 as usize) << headBits);
  if (baseBytes < SEED_BYTES) return;
  for (let place = ((baseBytes - SEED_BYTES) / step) as i32; place >= 0; place--) {
    const head = index + ((hashAt(base + (place as u32) * step, headBits) as usize) << 2);
    store<u32>(rest + ((place as usize) << 2), load<u32>(head));
    store<u32>(head, place + 1);
  }
}
