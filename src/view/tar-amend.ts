/**
 * What tar-stream cannot say of a member: names and targets that are not UTF-8, and times outside 31 bits. Its
 * header block is made with placeholders, and then amended here.
 *
 *   0    100  name             148  8    checksum: six octal digits, a space, a NUL
 *   136  12   time             156  1    type
 *   157  100  link name        257  8    magic and version
 *
 * A number that octal digits cannot hold is base-256: 12 bytes, big-endian, two's complement, the top bit set.
 * A name over 100 bytes stands in a member before its own, of type `L` (or `K` for a target), with a NUL at its
 * end. Source: POSIX.1-2017 pax, "ustar Interchange Format"; the GNU tar manual, "Basic Tar Format".
 */
import { encodeText } from '../bytes/text.ts';
import { BLOCK_BYTES } from '../tar/header.ts';

/** How long the fields for a name and for a target are. */
export const NAME_FIELD_BYTES = 100;
/** The last time in octal digits, in the year 2242. */
const MAX_OCTAL_SECONDS: number = 8 ** 11 - 1;

const NAME_AT = 0;
const TIME_AT = 136;
const TIME_BYTES = 12;
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
  readonly magic?: 'gnu';
}

/** Amends, in place, the header block of the member whose head begins `packed`. */
export function amendHead(packed: Uint8Array, amendment: Amendment): void {
  const at = headerStart(packed);
  const block = packed.subarray(at, at + BLOCK_BYTES);
  const { type, name, linkName, timeSeconds, magic } = amendment;
  if (type !== undefined) block[TYPE_AT] = type.charCodeAt(0);
  if (name !== undefined) setField(block, NAME_AT, name);
  if (linkName !== undefined) setField(block, LINK_AT, linkName);
  if (timeSeconds !== undefined) setTime(block, timeSeconds);
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

function setTime(block: Uint8Array, timeSeconds: number): void {
  if (timeSeconds >= 0 && timeSeconds <= MAX_OCTAL_SECONDS) {
    block.set(encodeText(`${timeSeconds.toString(8).padStart(TIME_BYTES - 1, '0')} `), TIME_AT);
    return;
  }
  const field = new DataView(block.buffer, block.byteOffset + TIME_AT, TIME_BYTES);
  field.setInt32(0, timeSeconds < 0 ? -1 : 0x8000_0000);
  field.setBigInt64(4, BigInt(timeSeconds));
}

function setChecksum(block: Uint8Array): void {
  block.fill(0x20, CHECKSUM_AT, CHECKSUM_AT + 8);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.set(encodeText(`${sum.toString(8).padStart(6, '0')} \0`), CHECKSUM_AT);
}
