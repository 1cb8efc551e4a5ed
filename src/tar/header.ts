/**
 * The header block of a tar member, 512 bytes.
 *
 *   0    100  name            157  100  link name
 *   100  8    mode            257  6    magic: `ustar\0`, `ustar ` (GNU), or zeros (v7)
 *   108  16   owner, group    263  2    version
 *   124  12   size            265  80   names of owner and group, device numbers
 *   136  12   time            345  155  prefix of the name, in `ustar\0` only
 *   148  8    checksum        345  131  the same where `tar\0` stands at 508 (star)
 *   156  1    type
 *
 * Text ends at a NUL or with its field. The checksum is the sum of all bytes, unsigned, its own field taken as
 * spaces. Source: POSIX.1-2017 pax, "ustar Interchange Format"; tar(5); the GNU tar manual, "Basic Tar Format".
 */
import { concatBytes } from '../bytes/concat.ts';
import { tarFault } from './fault.ts';
import { decodeNumber, isBlank } from './number.ts';

export const BLOCK_BYTES = 512;

const CHECKSUM_AT = 148;
const CHECKSUM_BYTES = 8;
const SPACE = 0x20;
const SLASH: Uint8Array = Uint8Array.of(0x2f);

export type TarFormat = 'v7' | 'ustar' | 'gnu';

export interface TarHeader {
  /** Of the header, in bytes from the start of the tar. */
  readonly offset: number;
  readonly format: TarFormat;
  /** The type as the one character it is; `0` where the field is NUL. */
  readonly type: string;
  /** The name with its prefix; a view into the block where it has none. */
  readonly name: Uint8Array;
  readonly linkName: Uint8Array;
  readonly mode: number;
  readonly sizeBytes: number;
  /** Whole seconds since 1970; `undefined` where the field is blank. */
  readonly modifiedSeconds: number | undefined;
}

/**
 * Reads one block; `undefined` for one of zeros, which ends an archive.
 *
 * @throws InvalidInputError `TAR_CHECKSUM`, `TAR_FORMAT`, `TAR_NUMBER_INVALID`
 */
export function decodeHeader(block: Uint8Array, offset: number): TarHeader | undefined {
  const sum = sumOf(block);
  if (sum === 0) return undefined;
  if (!isSummed(block, sum)) throw checksumFault(offset);
  const format = formatOf(block);
  const name = nameOf(block, format);
  const place = { offset, name };
  if (format === undefined) throw tarFault('TAR_FORMAT', 'its magic is of no known format', place);
  const mode = decodeNumber(block, 100, 8);
  if (mode === undefined || mode < 0) throw tarFault('TAR_NUMBER_INVALID', 'its mode is no number', place);
  const sizeBytes = decodeNumber(block, 124, 12);
  if (sizeBytes === undefined || sizeBytes < 0)
    throw tarFault('TAR_NUMBER_INVALID', 'its size is no number', place);
  const modifiedSeconds = decodeNumber(block, 136, 12);
  if (modifiedSeconds === undefined && !isBlank(block, 136, 12))
    throw tarFault('TAR_NUMBER_INVALID', 'its time is no number', place);
  const type = block[156] === 0 ? '0' : String.fromCharCode(block[156]!);
  return { offset, format, type, name, linkName: textOf(block, 157, 100), mode, sizeBytes, modifiedSeconds };
}

/** Whether `block` is a header whose checksum matches. */
export function isHeader(block: Uint8Array): boolean {
  if (block.length !== BLOCK_BYTES) return false;
  return isSummed(block, sumOf(block));
}

function sumOf(block: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < BLOCK_BYTES; at++) sum += block[at]!;
  return sum;
}

function isSummed(block: Uint8Array, sum: number): boolean {
  let expected = sum + CHECKSUM_BYTES * SPACE;
  for (let at = CHECKSUM_AT; at < CHECKSUM_AT + CHECKSUM_BYTES; at++) expected -= block[at]!;
  return decodeNumber(block, CHECKSUM_AT, CHECKSUM_BYTES) === expected;
}

function checksumFault(offset: number): Error {
  if (offset > 0) return tarFault('TAR_CHECKSUM', 'its checksum does not match', { offset });
  const hint = 'give a tar, plain or packed with gzip';
  return tarFault('TAR_CHECKSUM', 'its checksum does not match, so this is no tar', { offset, hint });
}

function formatOf(block: Uint8Array): TarFormat | undefined {
  const magic = String.fromCharCode(...block.subarray(257, 263));
  switch (magic) {
    case 'ustar\0':
      return 'ustar';
    case 'ustar ':
      return 'gnu';
    case '\0\0\0\0\0\0':
      return 'v7';
    default:
      return undefined;
  }
}

function nameOf(block: Uint8Array, format: TarFormat | undefined): Uint8Array {
  const name = textOf(block, 0, 100);
  if (format !== 'ustar' || block[345] === 0) return name;
  const isStar = String.fromCharCode(...block.subarray(508)) === 'tar\0';
  return concatBytes([textOf(block, 345, isStar ? 131 : 155), SLASH, name]);
}

function textOf(block: Uint8Array, at: number, length: number): Uint8Array {
  let end = at;
  while (end < at + length && block[end] !== 0) end++;
  return block.subarray(at, end);
}
