/**
 * The header of a member of which nothing out of the ordinary is to be said, as tar-stream writes it, byte for byte,
 * in the recipe `tar/1`; written here because a packer's streams cost more than most files have bytes.
 *
 *   0    100  name, in ASCII     136  12  time: eleven octal digits, a space     257  8   "ustar", NUL, "00"
 *   100  8    mode               148  8   checksum: six digits, a space, a NUL   329  16  device, as the mode
 *   108  16   user and group     156  1   type: 0 file, 2 symlink, 5 folder
 *   124  12   size, as the time  157  100 target
 *
 * Mode, user and group are six octal digits, a space and a NUL each. Source: POSIX.1-2017 pax, "ustar Interchange
 * Format".
 */
import { isAscii } from 'node:buffer';
import { encodeText } from '../bytes/text.ts';
import type { EntryKind } from '../object/tree-entry.ts';
import { BLOCK_BYTES } from '../tar/header.ts';
import { NAME_FIELD_BYTES } from './tar-amend.ts';
import { MEMBER_MODES, needsSpelling, type TarMemberInput } from './tar-member.ts';

const SIZE_AT = 124;
const CHECKSUM_AT = 148;
const LINK_AT = 157;
const SLASH = 0x2f;
const ZERO = 0x30;
const SIZE_DIGITS = 11;
const MAX_SIZE: number = 8 ** SIZE_DIGITS - 1;
const MAX_TIME: number = 2 ** 31 - 1;
const TYPES: Readonly<Record<EntryKind, string>> = { file: '0', executable: '0', symlink: '2', folder: '5' };

/** Writes the headers of one archive, whose members all have one time. */
export class PlainHeaders {
  readonly #isPlainTime: boolean;
  /** What all members of a kind have in common. */
  readonly #blocks: Readonly<Record<EntryKind, Uint8Array>>;

  constructor(timeSeconds: number) {
    this.#isPlainTime = timeSeconds >= 0 && timeSeconds <= MAX_TIME;
    const time = this.#isPlainTime ? timeSeconds : 0;
    const make = (kind: EntryKind): Uint8Array => commonBlock(kind, time);
    this.#blocks = {
      file: make('file'),
      executable: make('executable'),
      symlink: make('symlink'),
      folder: make('folder'),
    };
  }

  /** A new header, or `undefined` where more is to be said than it can hold. @param sizeBytes of what follows it */
  encode(member: Omit<TarMemberInput, 'timeSeconds'>, sizeBytes: number): Uint8Array | undefined {
    const { path, entry, target } = member;
    const isFolder = entry.kind === 'folder';
    if (!this.#isPlainTime || sizeBytes > MAX_SIZE || entry.attributes.size > 0) return undefined;
    if (path.length + (isFolder ? 1 : 0) > NAME_FIELD_BYTES || !isAscii(path) || needsSpelling(path))
      return undefined;
    if (target !== undefined && (target.length > NAME_FIELD_BYTES || !isAscii(target))) return undefined;
    const block = this.#blocks[entry.kind].slice();
    block.set(path);
    if (isFolder) block[path.length] = SLASH;
    if (target !== undefined) block.set(target, LINK_AT);
    writeOctal(block, SIZE_AT + SIZE_DIGITS, sizeBytes);
    let sum = 0;
    for (let at = 0; at < BLOCK_BYTES; at++) sum += block[at]!;
    block.set(CHECKSUM_FORM, CHECKSUM_AT);
    writeOctal(block, CHECKSUM_AT + 6, sum);
    return block;
  }
}

const CHECKSUM_FORM: Uint8Array = encodeText(`${octal(0, 6)} \0`);

/** With spaces for the checksum, as it is summed up. */
function commonBlock(kind: EntryKind, time: number): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  const put = (at: number, text: string): void => block.set(encodeText(text), at);
  put(100, `${octal(MEMBER_MODES[kind], 6)} `);
  put(108, `${octal(0, 6)} \0${octal(0, 6)} `);
  put(SIZE_AT, `${octal(0, SIZE_DIGITS)} `);
  put(136, `${octal(time, 11)} `);
  put(CHECKSUM_AT, ' '.repeat(8));
  put(156, TYPES[kind]);
  put(257, 'ustar\0');
  put(263, '00');
  put(329, `${octal(0, 6)} \0${octal(0, 6)} `);
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

/** @param end behind the last digit; those before the first are zeros already */
function writeOctal(block: Uint8Array, end: number, value: number): void {
  let at = end;
  for (let rest = value; rest > 0; rest = Math.floor(rest / 8)) block[--at] = ZERO + (rest % 8);
}
