/**
 * Whether content is worth a compressor's time, guessed from a few kilobytes of it.
 *
 * Two bytes picked at random from compressed or encrypted content are equal once in 256 times, and more often in
 * all else: William Friedman's index of coincidence. What passes is looked at once more, for repeats, which a
 * count of bytes cannot see. Measured rates and costs: `docs/decisions/incompressible-content.md`.
 */

/** Too little to tell, and too little to matter. */
const MIN_BYTES = 512;
const WINDOWS = 16;
const WINDOW_BYTES = 1024;
/** So many bytes without their highest bit are text: of noise, that is so once in 2^64 windows. */
const ASCII_BYTES = 64;
/** How often two bytes of a window may be equal, in 256ths: 1 is perfect noise, text is above 15. */
const MAX_COINCIDENCE = 1.3;
/** An archive of compressed files has some windows of plain headers and lists. */
const MAX_PLAIN_SHARE = 0.25;

/** Twice as far as deflate reaches back. */
const REPEAT_BYTES = 64 * 1024;
const MAX_REPEATED_SHARE = 1 / 32;
const TABLE_BITS = 14;
const GOLDEN_RATIO = 0x9e37_79b1;

/** @param content all of a content, or a first part of it; under 512 bytes the answer is no */
export function isIncompressible(content: Uint8Array): boolean {
  return content.length >= MIN_BYTES && isNoisy(content) && repeatedShare(content) <= MAX_REPEATED_SHARE;
}

/** Whether enough windows, spread evenly over `content`, look like noise; text is done with after a few. */
function isNoisy(content: Uint8Array): boolean {
  const windows = Math.min(Math.max(Math.floor(content.length / WINDOW_BYTES), 1), WINDOWS);
  const stride = (content.length - WINDOW_BYTES) / Math.max(windows - 1, 1);
  let allowed = Math.floor(windows * MAX_PLAIN_SHARE);
  for (let window = 0; window < windows; window++) {
    const start = Math.max(Math.floor(window * stride), 0);
    if (isPlain(content.subarray(start, start + WINDOW_BYTES)) && allowed-- === 0) return false;
  }
  return true;
}

function isPlain(window: Uint8Array): boolean {
  return isAscii(window) || coincidence(window) > MAX_COINCIDENCE;
}

/** Whether `window` begins as ASCII does: a look that spares most content the count. */
function isAscii(window: Uint8Array): boolean {
  for (let at = 0; at < ASCII_BYTES; at++) if (window[at]! > 127) return false;
  return true;
}

/** How often two different bytes of `bytes` have the same value, in 256ths; the same for noise of any length. */
function coincidence(bytes: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (let at = 0; at < bytes.length; at++) counts[bytes[at]!]!++;
  let equalPairs = 0;
  for (const count of counts) equalPairs += count * (count - 1);
  return (equalPairs * 256) / (bytes.length * (bytes.length - 1));
}

/** The share of places in the middle of `content` whose next four bytes were there before. */
function repeatedShare(content: Uint8Array): number {
  const start = Math.max(Math.floor((content.length - REPEAT_BYTES) / 2), 0);
  const end = Math.min(start + REPEAT_BYTES, content.length) - 3;
  const lastSeen = new Int32Array(1 << TABLE_BITS);
  let repeated = 0;
  for (let at = start; at < end; at++) {
    const four = content[at]! | (content[at + 1]! << 8) | (content[at + 2]! << 16) | (content[at + 3]! << 24);
    const slot = Math.imul(four, GOLDEN_RATIO) >>> (32 - TABLE_BITS);
    if (lastSeen[slot] === four) repeated++;
    lastSeen[slot] = four;
  }
  return repeated / (end - start);
}
