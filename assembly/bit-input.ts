/**
 * The bits of a deflate stream, lowest first, while they are taken a few at a time.
 *
 * Eight bytes are loaded at once, so up to READ_AHEAD bytes behind the source are looked at. They never decide
 * anything: whoever takes bits asks `isPastEnd` before believing what came of them.
 */
/** The next bits; above the lowest `readyCount` there may be some that the next load sets again. */
export let readyBits: u64 = 0;
export let readyCount: u32 = 0;
/** The byte whose bits come next, of those that are not ready. */
export let loadNext: usize = 0;
export let sourceEnd: usize = 0;

/** Bytes that may be loaded ahead of the last bit taken: at most 63 bits are ready. */
export const READ_AHEAD: usize = 8;

export function startBits(source: usize, end: usize): void {
  setBits(0, 0, source);
  sourceEnd = end;
}

/** For a loop that keeps them in locals, to give them back. */
export function setBits(bits: u64, count: u32, next: usize): void {
  readyBits = bits;
  readyCount = count;
  loadNext = next;
}

/** Makes at least 56 bits ready. Past the end it loads the same bytes again rather than going on. */
export function reload(): void {
  if (loadNext > sourceEnd + READ_AHEAD) loadNext = sourceEnd + READ_AHEAD;
  readyBits |= load<u64>(loadNext) << readyCount;
  loadNext += (63 - readyCount) >> 3;
  readyCount |= 56;
}

/** The next `amount` bits, under 32 and no more than are ready. */
export function peekBits(amount: u32): u32 {
  return (readyBits as u32) & ((1 << amount) - 1);
}

export function dropBits(amount: u32): void {
  readyBits >>= amount;
  readyCount -= amount;
}

export function takeBits(amount: u32): u32 {
  const taken = peekBits(amount);
  dropBits(amount);
  return taken;
}

/** Where the first byte starts of which no bit was taken. */
export function nextByte(): usize {
  return loadNext - (readyCount >> 3);
}

export function isPastEnd(): bool {
  return nextByte() > sourceEnd;
}
