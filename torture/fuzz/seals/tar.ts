/** Makes right the checksums of headers of a tar, and the lengths of pax records. */
import { concatBytes } from '../../../src/bytes/concat.ts';
import { encodeText } from '../../../src/bytes/text.ts';

const BLOCK_BYTES = 512;
const CHECKSUM_AT = 148;
const CHECKSUM_BYTES = 8;
const ZERO = 0x30;
const NEWLINE = 0x0a;
const SPACE = 0x20;

/** Of every block in which a checksum could stand. */
export function sealTar(bytes: Uint8Array): Uint8Array {
  for (let at = 0; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) {
    if ((bytes[at + CHECKSUM_AT]! & 0xf8) === ZERO) sealBlock(bytes.subarray(at, at + BLOCK_BYTES));
  }
  return bytes;
}

function sealBlock(block: Uint8Array): void {
  block.fill(SPACE, CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_BYTES);
  let sum = 0;
  for (let at = 0; at < BLOCK_BYTES; at++) sum += block[at]!;
  block.set(encodeText(`${sum.toString(8).padStart(6, '0')}\0 `), CHECKSUM_AT);
}

/** Of records that end where their lines do. */
export function sealPax(bytes: Uint8Array): Uint8Array {
  const records: Uint8Array[] = [new Uint8Array(0)];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(SPACE, at);
    const newline = bytes.indexOf(NEWLINE, Math.max(space, at));
    if (space < 0 || newline < 0) break;
    const bodyBytes = newline + 1 - space;
    let length = bodyBytes + 1;
    while (String(length).length + bodyBytes > length) length++;
    records.push(encodeText(String(length)), bytes.subarray(space, newline + 1));
    at = newline + 1;
  }
  return concatBytes(records);
}
