/**
 * What tar-stream cannot say of a member: names and targets that are not UTF-8, times outside 31 bits, and the size of
 * content that it is not given. Its header block is made with placeholders, and then amended here.
 *
 *   0    100  name             148  8    checksum: six octal digits, a space, a NUL
 *   124  12   size             156  1    type
 *   136  12   time             157  100  link name
 *   257  8    magic and version
 *
 * A number that octal digits cannot hold is base-256: 12 bytes, big-endian, two's complement, the top bit set.
 * A name over 100 bytes stands in a member before its own, of type `L` (or `K` for a target), with a NUL at its
 * end. Source: POSIX.1-2017 pax, "ustar Interchange Format"; the GNU tar manual, "Basic Tar Format".
 */
import { encodeText } from '../bytes/text.ts';
import { BLOCK_BYTES } from '../tar/header.ts';

/** How long the fields for a name and for a target are. */
export const NAME_FIELD_BYTES = 100;
/** The most that octal digits can say: of a time, a day in the year 2242; of a size, 8 GiB less one byte. */
const MAX_OCTAL: number = 8 ** 11 - 1;

const NAME_AT = 0;
const SIZE_AT = 124;
const TIME_AT = 136;
const NUMBER_BYTES = 12;
const CHECKSUM_AT = 148;
const TYPE_AT = 156;
const LINK_AT = 157;
const MAGIC_AT = 257;
const GNU_MAGIC: Uint8Array = encodeText('ustar  \0');
const PAX_TYPE = 0x78;

export interface Amendment {
  /** One character. */
  readonly type?: string;
  /** At most 100 bytes. */
  readonly name?: Uint8Array;
  /** At most 100 bytes. */
  readonly linkName?: Uint8Array;
  readonly timeSeconds?: number;
  readonly sizeBytes?: number;
  readonly magic?: 'gnu';
}

/** Amends, in place, the header block of the member whose head begins `packed`. */
export function amendHead(packed: Uint8Array, amendment: Amendment): void {
  const at = headerStart(packed);
  const block = packed.subarray(at, at + BLOCK_BYTES);
  const { type, name, linkName, timeSeconds, sizeBytes, magic } = amendment;
  if (type !== undefined) block[TYPE_AT] = type.charCodeAt(0);
  if (name !== undefined) setField(block, NAME_AT, name);
  if (linkName !== undefined) setField(block, LINK_AT, linkName);
  if (timeSeconds !== undefined) setNumber(block, TIME_AT, timeSeconds);
  if (sizeBytes !== undefined) setNumber(block, SIZE_AT, sizeBytes);
  if (magic === 'gnu') block.set(GNU_MAGIC, MAGIC_AT);
  setChecksum(block);
}

/** Behind the pax header, where there is one. */
function headerStart(packed: Uint8Array): number {
  if (packed[TYPE_AT] !== PAX_TYPE) return 0;
  const size = Number.parseInt(String.fromCharCode(...packed.subarray(124, 135)), 8);
  return BLOCK_BYTES + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
}

function setField(block: Uint8Array, at: number, bytes: Uint8Array): void {
  block.fill(0, at, at + NAME_FIELD_BYTES);
  block.set(bytes, at);
}

function setNumber(block: Uint8Array, at: number, value: number): void {
  if (value >= 0 && value <= MAX_OCTAL) {
    block.set(encodeText(`${value.toString(8).padStart(NUMBER_BYTES - 1, '0')} `), at);
    return;
  }
  const field = new DataView(block.buffer, block.byteOffset + at, NUMBER_BYTES);
  field.setInt32(0, value < 0 ? -1 : 0x8000_0000);
  field.setBigInt64(4, BigInt(value));
}

function setChecksum(block: Uint8Array): void {
  block.fill(0x20, CHECKSUM_AT, CHECKSUM_AT + 8);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.set(encodeText(`${sum.toString(8).padStart(6, '0')} \0`), CHECKSUM_AT);
}
