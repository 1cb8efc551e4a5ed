/** How a fault in an archive is told: what is wrong, in which member, and at which byte. */
import { formatName } from '../bytes/text.ts';
import { type ErrorDetails, InvalidInputError, RefusedError } from '../errors/errors.ts';

const SHOWN_NAME_BYTES = 200;

/** Where in a tar something stands. */
export interface TarPlace {
  /** Of the header, in bytes from the start of the tar, unpacked. */
  readonly offset: number;
  /** The member's name as the archive spells it, where it is known. */
  readonly name?: Uint8Array;
}

export function tarFault(code: string, fault: string, place: TarPlace & ErrorDetails): InvalidInputError {
  const shown = place.name?.subarray(0, SHOWN_NAME_BYTES);
  const what = shown === undefined ? 'tar header' : `tar member '${formatName(shown)}'`;
  return new InvalidInputError(code, `cannot read ${what} at byte ${place.offset}: ${fault}`, place);
}

/** A commit remembers every member until its trees are written: half a million take some 250 MB. */
export const MAX_MEMBERS = 500_000;

/** The error for an archive of more members, or more names, than that. */
export function tooManyMembers(most: number): RefusedError {
  return new RefusedError('TAR_TOO_MANY_ENTRIES', `tar has more than ${most} members`, {
    hint: "if it is meant to, allow more: 'cas commit --max-members N'",
  });
}
