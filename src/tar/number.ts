/**
 * Numbers in tar headers. Octal: spaces, digits, then spaces and NULs to the end of the field. Base-256, where
 * the top bit of the first byte is set: the other bits, big-endian, in two's complement.
 *
 * Source: POSIX.1-2017 pax, "ustar Interchange Format"; the GNU tar manual, "Extensions to the tar format".
 */

const SPACE = 0x20;
const ZERO = 0x30;
const SEVEN = 0x37;

/** The number in a field, -(2^53-1) to 2^53-1, or `undefined` where there is none or it is beyond that. */
export function decodeNumber(block: Uint8Array, at: number, length: number): number | undefined {
  return block[at]! >= 0x80 ? decodeBinary(block, at, length) : decodeOctal(block, at, length);
}

/** Whether a field has only spaces and NULs. */
export function isBlank(block: Uint8Array, at: number, length: number): boolean {
  for (let index = at; index < at + length; index++) {
    if (block[index] !== 0 && block[index] !== SPACE) return false;
  }
  return true;
}

function decodeOctal(block: Uint8Array, at: number, length: number): number | undefined {
  const end = at + length;
  let index = at;
  while (index < end && block[index] === SPACE) index++;
  const first = index;
  let value = 0;
  for (; index < end && block[index]! >= ZERO && block[index]! <= SEVEN; index++)
    value = value * 8 + (block[index]! - ZERO);
  return index > first && isBlank(block, index, end - index) ? value : undefined;
}

function decodeBinary(block: Uint8Array, at: number, length: number): number | undefined {
  // The bit below the marker is the sign.
  let value = block[at]! >= 0xc0 ? block[at]! - 0x100 : block[at]! - 0x80;
  for (let index = at + 1; index < at + length; index++) {
    value = value * 0x100 + block[index]!;
    if (!Number.isSafeInteger(value)) return undefined;
  }
  return value;
}
