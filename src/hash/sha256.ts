/**
 * SHA-256 in plain JavaScript, for runtimes without one that answers at once: that of browsers takes whole contents
 * only, and answers later. Source: FIPS 180-4, sections 4.1.2, 4.2.2, 5.3.3 and 6.2.
 */
import { writeU32 } from '../bytes/big-endian.ts';

const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;
const ROUNDS = 64;
const DIGEST_BYTES = 32;

/** The first 32 bits of the fractional parts of roots of the first primes. */
function fractions(count: number, root: (prime: number) => number): Int32Array {
  const found: number[] = [];
  const primes: number[] = [];
  for (let number = 2; found.length < count; number++) {
    if (primes.some((prime) => number % prime === 0)) continue;
    primes.push(number);
    found.push(Math.floor((root(number) % 1) * 2 ** 32));
  }
  return Int32Array.from(found, (value) => value | 0);
}

const CONSTANTS = fractions(ROUNDS, Math.cbrt);
const START = fractions(DIGEST_BYTES / 4, Math.sqrt);

/** The state of one hash: bytes come, and `digest` is called once, at the end. */
export class Sha256 {
  readonly #state: Int32Array = START.slice();
  readonly #words: Int32Array = new Int32Array(ROUNDS);
  /** What came since the last whole block. */
  readonly #rest: Uint8Array = new Uint8Array(BLOCK_BYTES);
  #length = 0;

  update(bytes: Uint8Array): void {
    const held = this.#length % BLOCK_BYTES;
    this.#length += bytes.length;
    let at = 0;
    if (held > 0) {
      at = Math.min(BLOCK_BYTES - held, bytes.length);
      this.#rest.set(bytes.subarray(0, at), held);
      if (held + at < BLOCK_BYTES) return;
      this.#compress(this.#rest, 0);
    }
    for (; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) this.#compress(bytes, at);
    this.#rest.set(bytes.subarray(at));
  }

  /** The 32 bytes of the hash of all that came. */
  digest(): Uint8Array {
    const length = this.#length;
    const padding = BLOCK_BYTES - ((length + LENGTH_BYTES) % BLOCK_BYTES);
    const end = new Uint8Array(padding + LENGTH_BYTES);
    end[0] = 0x80;
    writeU32(end, padding, Math.floor(length / 2 ** 29)); // of the length in bits
    writeU32(end, padding + 4, (length * 8) % 2 ** 32);
    this.update(end);
    const digest = new Uint8Array(DIGEST_BYTES);
    for (const [word, value] of this.#state.entries()) writeU32(digest, word * 4, value >>> 0);
    return digest;
  }

  #compress(bytes: Uint8Array, start: number): void {
    schedule(this.#words, bytes, start);
    mix(this.#state, this.#words);
  }
}

/** Spreads a block over 64 words. */
function schedule(words: Int32Array, bytes: Uint8Array, start: number): void {
  for (let word = 0, at = start; word < 16; word++, at += 4)
    words[word] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  for (let word = 16; word < ROUNDS; word++) {
    const early = words[word - 15]!;
    const late = words[word - 2]!;
    const s0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
    const s1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
    words[word] = (((words[word - 16]! + s0) | 0) + ((words[word - 7]! + s1) | 0)) | 0;
  }
}

/** The 64 rounds. The sums are cut to 32 bits one by one, which keeps them integers. */
function mix(state: Int32Array, words: Int32Array): void {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let round = 0; round < ROUNDS; round++) {
    const e1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const a0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const next = (((h + e1) | 0) + (((g ^ (e & (f ^ g))) + CONSTANTS[round]!) | 0) + words[round]!) | 0;
    const most = (a & b) | (c & (a | b));
    h = g;
    g = f;
    f = e;
    e = (d + next) | 0;
    d = c;
    c = b;
    b = a;
    a = (next + ((a0 + most) | 0)) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}
