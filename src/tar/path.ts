/**
 * Paths in archives, as they may stand in a tree. Names are bytes: whatever a tree can hold is accepted, so that
 * every archive made of a tree can be read back; whether a name suits some other system is for the one who
 * extracts to decide. Empty names and `.` are dropped, a leading `/`, `..` and `.cas` are refused.
 */
import { joinBytes } from '../bytes/concat.ts';
import { formatName } from '../bytes/text.ts';
import { CasError } from '../errors/errors.ts';
import { MAX_PATH_BYTES, parsePath } from '../object/tree-entry.ts';
import { type TarPlace, tarFault } from './fault.ts';

const SLASH = 0x2f;
const SHOWN_TARGET_BYTES = 200;
const SEPARATOR: Uint8Array = Uint8Array.of(SLASH);
/** As spelt, a path may be longer than it is, with `./` before it and slashes in it, but not without bound. */
const MAX_SPELT_BYTES: number = 2 * MAX_PATH_BYTES;

export function endsWithSlash(name: Uint8Array): boolean {
  return name.at(-1) === SLASH;
}

/**
 * The path that `name` spells, names joined by single slashes; empty for `.` and `./`, which are the root.
 *
 * @throws InvalidInputError `TAR_PATH_INVALID`
 */
export function normalisePath(name: Uint8Array, place: TarPlace): Uint8Array {
  const fault = findSpellingFault(name);
  if (fault !== undefined) throw tarFault('TAR_PATH_INVALID', fault, place);
  const names = parseNames(name, place);
  let length = names.length - 1;
  for (const part of names) length += part.length;
  if (length === name.length) return name.slice(); // spelt as it is, and a view into a larger block
  return joinNames(names);
}

function findSpellingFault(name: Uint8Array): string | undefined {
  if (name.length === 0) return 'it has no name';
  if (name.length > MAX_SPELT_BYTES) return `its path has over ${MAX_PATH_BYTES} bytes`;
  return name[0] === SLASH ? 'its path is absolute' : undefined;
}

function parseNames(name: Uint8Array, place: TarPlace): readonly Uint8Array[] {
  try {
    return parsePath(name);
  } catch (cause) {
    if (!(cause instanceof CasError)) throw cause;
    throw tarFault('TAR_PATH_INVALID', cause.message, { ...place, cause });
  }
}

function joinNames(names: readonly Uint8Array[]): Uint8Array {
  const parts = names.flatMap((part) => [SEPARATOR, part]);
  return joinBytes(parts.slice(1));
}

/**
 * A symlink's target, kept as it is spelt: any bytes, 1 to 4,095 of them, without NUL.
 *
 * @throws InvalidInputError `TAR_LINK_INVALID`
 */
export function checkTarget(target: Uint8Array, place: TarPlace): void {
  if (target.length === 0) throw tarFault('TAR_LINK_INVALID', 'it links to nothing', place);
  if (target.length > MAX_PATH_BYTES)
    throw tarFault('TAR_LINK_INVALID', `its target has over ${MAX_PATH_BYTES} bytes`, place);
}

/**
 * A hard link's target, which is the path of a member.
 *
 * @throws InvalidInputError `TAR_LINK_INVALID`
 */
export function normaliseTarget(target: Uint8Array, place: TarPlace): Uint8Array {
  checkTarget(target, place);
  try {
    return normalisePath(target, place);
  } catch (cause) {
    if (!(cause instanceof CasError)) throw cause;
    const shown = formatName(target.subarray(0, SHOWN_TARGET_BYTES));
    throw tarFault('TAR_LINK_INVALID', `it links to '${shown}', which is no path of a member`, {
      ...place,
      cause,
    });
  }
}
