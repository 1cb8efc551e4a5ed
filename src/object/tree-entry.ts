/** One named member of a tree, and the rules for its name. */
import { formatName } from '../bytes/text.ts';
import { InvalidInputError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Attributes } from './attributes.ts';
import type { Role } from './role.ts';

export type EntryKind = 'file' | 'executable' | 'symlink' | 'folder';

/** One name in a tree, and what stands under it. */
export interface TreeEntry {
  /** 1 to 255 bytes, without `/` and NUL, and not `.`, `..` or `.cas`. */
  readonly name: Uint8Array;
  readonly kind: EntryKind;
  /** Of the content; of a symlink, of its target; of a folder, the sum of what is in it. */
  readonly sizeBytes: number;
  readonly id: ObjectId;
  readonly attributes: Attributes;
}

export const MAX_NAME_BYTES = 255;
export const MAX_PATH_BYTES = 4095;
export const MAX_DEPTH = 1000;

/** What an entry takes its object for. */
export function roleOfEntry(entry: Pick<TreeEntry, 'kind'>): Role {
  return entry.kind === 'folder' ? 'tree' : 'content';
}

/** Why `name` may not stand in a tree, or `undefined` when it may. */
export function findNameFault(name: Uint8Array): string | undefined {
  if (name.length === 0) return 'a name is empty';
  if (name.length > MAX_NAME_BYTES) return `a name has over ${MAX_NAME_BYTES} bytes`;
  if (name.includes(0x2f) || name.includes(0)) return 'a name has a slash or a NUL';
  if (name[0] !== 0x2e) return undefined;
  if (name.length === 1 || (name.length === 2 && name[1] === 0x2e)) return "a name is '.' or '..'";
  return isStoreName(name) ? "a name is '.cas', which is the store's own" : undefined;
}

/** Whether `name` is `.cas` in any ASCII case. */
export function isStoreName(name: Uint8Array): boolean {
  return (
    name.length === 4 &&
    name[0] === 0x2e &&
    (name[1]! | 0x20) === 0x63 &&
    (name[2]! | 0x20) === 0x61 &&
    (name[3]! | 0x20) === 0x73
  );
}

/**
 * Cuts a path into its names; empty parts and `.` are dropped, so that `./a//b/` is `a/b`. The root is `[]`.
 *
 * @throws InvalidInputError `PATH_INVALID` for `..`, `.cas`, NUL, over 4,095 bytes or 1,000 names, or a long name
 */
export function parsePath(path: Uint8Array): Uint8Array[] {
  const names: Uint8Array[] = [];
  let length = -1;
  for (let start = 0; start <= path.length; ) {
    const slash = path.indexOf(0x2f, start);
    const end = slash < 0 ? path.length : slash;
    const name = path.subarray(start, end);
    start = end + 1;
    if (name.length === 0 || (name.length === 1 && name[0] === 0x2e)) continue;
    const fault = findNameFault(name);
    if (fault !== undefined) throw invalidPath(path, fault);
    names.push(name);
    length += name.length + 1;
  }
  if (length > MAX_PATH_BYTES) throw invalidPath(path, `it has over ${MAX_PATH_BYTES} bytes`);
  if (names.length > MAX_DEPTH) throw invalidPath(path, `it is over ${MAX_DEPTH} names deep`);
  return names;
}

function invalidPath(path: Uint8Array, fault: string): InvalidInputError {
  const shown = formatName(path.subarray(0, 200));
  return new InvalidInputError('PATH_INVALID', `path '${shown}' is not allowed: ${fault}`);
}
