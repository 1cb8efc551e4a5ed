/**
 * The plain reading of where content is cut into chunks: FastCDC, so that what is inserted moves only the cuts near it.
 *
 * A hash of the last 32 bytes is kept: shifted left by one bit at each byte, the byte's row of the gear table
 * added. A chunk ends after the first byte where the highest bits of it are zero: one bit more than the average
 * asks for before the average is reached, one bit less after it. Source: W. Xia et al., "FastCDC", USENIX ATC
 * 2016, with its normalised chunking of level 1.
 */

/** @param averageBits the average length of chunks is two to this power: 16 to 24 */
export interface CutShape {
  readonly averageBits: number;
}

const GOLDEN = 0x9e3779b97f4a7c15n;
let gear: Uint32Array | undefined;

/** The low 32 bits of the first 256 numbers of SplitMix64 from the seed 9e3779b97f4a7c15. */
export function gearTable(): Uint32Array {
  if (gear !== undefined) return gear;
  gear = new Uint32Array(256);
  for (let row = 0; row < 256; row++) {
    let mixed = BigInt.asUintN(64, GOLDEN * BigInt(row + 2));
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n);
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
    gear[row] = Number(BigInt.asUintN(32, mixed ^ (mixed >> 31n)));
  }
  return gear;
}

/**
 * The length of the first chunk of `bytes`.
 *
 * @param bytes at least four times the average, or all that is left of an object
 */
export function cutOf(bytes: Uint8Array, { averageBits }: CutShape): number {
  const average = 2 ** averageBits;
  const shortest = average / 4;
  if (bytes.length <= shortest) return bytes.length;
  const turn = Math.min(bytes.length, average);
  const end = Math.min(bytes.length, average * 4);
  const table = gearTable();
  let hash = 0;
  for (let at = shortest; at < end; at++) {
    hash = ((hash << 1) + table[bytes[at]!]!) | 0;
    const bits = at < turn ? averageBits + 1 : averageBits - 1;
    if (hash >>> (32 - bits) === 0) return at + 1;
  }
  return end;
}
