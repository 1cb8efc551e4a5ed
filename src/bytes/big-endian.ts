/** Unsigned integers, the most significant byte first, as git's formats have them. */

export function readU32(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 0x1000000 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!);
}

/** Not exact over 2^53-1: ask `Number.isSafeInteger` before it is used. */
export function readU64(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at) * 0x100000000 + readU32(bytes, at + 4);
}

/** @param value 0 to 2^32-1 */
export function writeU32(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
}

/** @param value 0 to 2^53-1 */
export function writeU64(into: Uint8Array, at: number, value: number): void {
  writeU32(into, at, Math.floor(value / 0x100000000));
  writeU32(into, at + 4, value % 0x100000000);
}
