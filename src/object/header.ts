/**
 * The header of a loose object: `<type> <size>\0`, before the object's bytes, inside the zlib stream.
 *
 *   type  `blob`, `tree` or `commit`: a hint of the role of the first writer, never believed
 *   size  of the object's bytes, decimal, no leading zeros
 *
 * Source: git's loose object format, gitformat-loose(5). A `tag` is no loose object here.
 */
import { encodeText } from '../bytes/text.ts';
import { CorruptError } from '../errors/errors.ts';
import type { Role } from './role.ts';

/** git's names of our three roles. */
export type TypeName = 'blob' | 'tree' | 'commit';

const TYPE_OF_ROLE: Readonly<Record<Role, TypeName>> = { content: 'blob', tree: 'tree', snapshot: 'commit' };
const HEADER = /^(blob|tree|commit) (0|[1-9][0-9]{0,15})$/;
/** The longest header: `commit `, sixteen digits and the NUL. */
export const MAX_HEADER_BYTES = 24;

export interface ObjectHeader {
  readonly role: Role;
  readonly sizeBytes: number;
  /** How many bytes the header itself has, its NUL included. */
  readonly headerBytes: number;
}

/** The name that git's formats have for an object of this role. */
export function typeOfRole(role: Role): TypeName {
  return TYPE_OF_ROLE[role];
}

export function encodeHeader(role: Role, sizeBytes: number): Uint8Array {
  return encodeText(`${TYPE_OF_ROLE[role]} ${sizeBytes}\0`);
}

/**
 * Reads the header that `bytes` begin with; the object's own bytes may follow.
 *
 * @throws CorruptError `HEADER_INVALID`
 */
export function decodeHeader(bytes: Uint8Array): ObjectHeader {
  const end = bytes.subarray(0, MAX_HEADER_BYTES).indexOf(0);
  const text = end < 0 ? '' : String.fromCharCode(...bytes.subarray(0, end));
  const [, type, digits = ''] = HEADER.exec(text) ?? [];
  const sizeBytes = Number(digits);
  if (type === undefined || !Number.isSafeInteger(sizeBytes)) {
    throw new CorruptError('HEADER_INVALID', 'object header is not `<type> <size>`');
  }
  const role = type === 'blob' ? 'content' : type === 'tree' ? 'tree' : 'snapshot';
  return { role, sizeBytes, headerBytes: end + 1 };
}
