/**
 * The bits of a deflate stream, lowest first, while they are taken a few at a time.
 *
 * Eight bytes are loaded at once, so up to READ_AHEAD bytes behind the source are looked at. They never decide
 * anything: whoever takes bits asks `isPastEnd` before believing what came of them.
 */
let bits: u64 = 0; // the next bits; above the lowest `count` they may be anything that a reload would set again
let count: u32 = 0;
let next: usize = 0; // the byte behind the lowest `count` bits
let end: usize = 0;

/** Bytes that may be taken ahead of the last bit used: a reload leaves at most 63 bits. */
export const READ_AHEAD: usize = 8;

export function startBits(source: usize, sourceEnd: usize): void {
  next = source;
  end = sourceEnd;
  bits = 0;
  count = 0;
}

/** Makes at least 56 bits ready. Past the end it loads the same bytes again rather than going on. */
export function reload(): void {
  if (next > end + READ_AHEAD) next = end + READ_AHEAD;
  bits |= load<u64>(next) << count;
  next += (63 - count) >> 3;
  count |= 56;
}

/** The next `amount` bits, at most 32 and no more than are ready. */
export function peekBits(amount: u32): u32 {
  return (bits as u32) & (((1 as u64) << amount) - 1) as u32;
}

export function dropBits(amount: u32): void {
  bits >>= amount;
  count -= amount;
}

export function takeBits(amount: u32): u32 {
  const taken = peekBits(amount);
  dropBits(amount);
  return taken;
}

/** Where the first byte starts of which no bit was taken. */
export function nextByte(): usize {
  return next - (count >> 3);
}

export function isPastEnd(): bool {
  return nextByte() > end;
}

export function sourceEnd(): usize {
  return end;
}

/** What `startBits` began, for a loop that keeps it in locals; `setBits` gives it back. */
export function readyBits(): u64 {
  return bits;
}

export function readyCount(): u32 {
  return count;
}

export function nextLoad(): usize {
  return next;
}

export function setBits(ready: u64, readyCount: u32, nextLoad: usize): void {
  bits = ready;
  count = readyCount;
  next = nextLoad;
}
