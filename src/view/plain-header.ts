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
import { encodeText } from '../bytes/text.ts';
import type { EntryKind } from '../object/tree-entry.ts';
import { BLOCK_BYTES } from '../tar/header.ts';
import { KIND, KINDS, type MemberList } from './member-list.ts';
import { NAME_FIELD_BYTES } from './tar-amend.ts';
import { MEMBER_MODES, needsSpelling } from './tar-member.ts';

const SIZE_AT = 124;
const CHECKSUM_AT = 148;
const LINK_AT = 157;
const SLASH = 0x2f;
const ZERO = 0x30;
const ASCII_END = 0x80;
const SIZE_DIGITS = 11;
const CHECKSUM_DIGITS = 6;
const MAX_SIZE: number = 8 ** SIZE_DIGITS - 1;
const MAX_TIME: number = 2 ** 31 - 1;
const TYPES: Readonly<Record<EntryKind, string>> = { file: '0', executable: '0', symlink: '2', folder: '5' };

/** What all members of a kind have in common, and the sum of its bytes. */
interface Form {
  readonly block: Uint8Array;
  readonly sum: number;
}

/** Writes the headers of members that all have one time. */
export class PlainHeaders {
  readonly #isPlainTime: boolean;
  /** By the numbers of kinds. */
  readonly #forms: readonly Form[];

  constructor(timeSeconds: number) {
    this.#isPlainTime = timeSeconds >= 0 && timeSeconds <= MAX_TIME;
    this.#forms = KINDS.map((kind) => formOf(kind, this.#isPlainTime ? timeSeconds : 0));
  }

  /** Writes the header of a member into a block; whether a header can say all of it: else there is anything. */
  write(into: Uint8Array, { list, number, target }: PlainMember): boolean {
    const kind = list.kinds[number]!;
    const isFolder = kind === KIND.folder;
    const size = kind <= KIND.executable ? list.sizes[number]! : 0;
    const start = list.pathStart(number);
    const end = list.pathEnd(number);
    const length = end - start;
    if (!this.#isPlainTime || size > MAX_SIZE || length + (isFolder ? 1 : 0) > NAME_FIELD_BYTES) return false;
    if (list.attributes.has(number) || needsSpelling(list.paths, start, end)) return false;
    if (target !== undefined && target.length > NAME_FIELD_BYTES) return false;
    const { block, sum } = this.#forms[kind]!;
    into.set(block);
    const name = copyAscii(into, 0, list.paths.subarray(start, end));
    const link = target === undefined ? 0 : copyAscii(into, LINK_AT, target);
    if (name < 0 || link < 0) return false;
    if (isFolder) into[length] = SLASH;
    const digits = writeOctal(into, SIZE_AT + SIZE_DIGITS, size);
    writeOctal(into, CHECKSUM_AT + CHECKSUM_DIGITS, sum + name + link + digits + (isFolder ? SLASH : 0));
    return true;
  }
}

/** A member, by its number in a list. */
export interface PlainMember {
  readonly list: MemberList;
  readonly number: number;
  /** Of a symlink, and of nothing else. */
  readonly target: Uint8Array | undefined;
}

function formOf(kind: EntryKind, time: number): Form {
  const block = new Uint8Array(BLOCK_BYTES);
  const put = (at: number, text: string): void => block.set(encodeText(text), at);
  put(100, `${octal(MEMBER_MODES[kind], 6)} `);
  put(108, `${octal(0, 6)} \0${octal(0, 6)} `);
  put(SIZE_AT, `${octal(0, SIZE_DIGITS)} `);
  put(136, `${octal(time, 11)} `);
  put(CHECKSUM_AT, ' '.repeat(8)); // as it is summed up
  put(156, TYPES[kind]);
  put(257, 'ustar\0');
  put(263, '00');
  put(329, `${octal(0, 6)} \0${octal(0, 6)} `);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(CHECKSUM_AT, `${octal(0, CHECKSUM_DIGITS)} \0`);
  return { block, sum };
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

/** @returns the sum of the bytes; less than 0 where one of them is not ASCII */
function copyAscii(into: Uint8Array, at: number, bytes: Uint8Array): number {
  let sum = 0;
  for (let byte = 0; byte < bytes.length; byte++) {
    const value = bytes[byte]!;
    if (value >= ASCII_END) return -1;
    into[at + byte] = value;
    sum += value;
  }
  return sum;
}

/** @param end behind the last digit; those before the first are zeros already. @returns by how much the sum grew */
function writeOctal(into: Uint8Array, end: number, value: number): number {
  let at = end;
  let sum = 0;
  for (let rest = value; rest > 0; rest = Math.floor(rest / 8)) {
    into[--at] = ZERO + (rest % 8);
    sum += rest % 8;
  }
  return sum;
}
