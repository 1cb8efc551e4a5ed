/** What a header, and what was said before it, make of a member. */
import type { ByteStream } from '../flow/byte-stream.ts';
import type { Extensions } from './extension.ts';
import { type TarPlace, tarFault } from './fault.ts';
import type { TarHeader } from './header.ts';
import type { TarMember, TarSpecial } from './member.ts';
import { checkTarget, endsWithSlash, normalisePath, normaliseTarget } from './path.ts';
import { sparseFault } from './pax.ts';

type MemberKind = TarMember['kind'] | 'special';

const OWNER_EXECUTES = 0o100;
/** Set-user-id, set-group-id and sticky. */
const SPECIAL_BITS = 0o7000;
const PERMISSION_BITS = 0o7777;
/** What some archivers put above the permissions: stat(2)'s type of the file. */
const STAT_TYPES: Readonly<Record<Exclude<MemberKind, 'special'>, number>> = {
  file: 0o100000,
  hardlink: 0o100000,
  folder: 0o040000,
  symlink: 0o120000,
};

/** A member as its headers spell it. */
interface Spelling {
  readonly header: TarHeader;
  readonly said: Extensions;
  readonly path: Uint8Array;
  readonly content: ByteStream;
  readonly place: TarPlace;
}

/**
 * @param content of the member, handed on where it is a file
 * @returns a member whose path is empty for the root
 * @throws InvalidInputError `TAR_TYPE`, `TAR_SPARSE`, `TAR_PATH_INVALID`, `TAR_LINK_INVALID`, `TAR_SIZE_INVALID`,
 *   `TAR_MODE_INVALID`, `TAR_GNU_INVALID`, `TAR_PAX_INVALID`
 */
export function describeMember(
  header: TarHeader,
  said: Extensions,
  content: ByteStream,
): TarMember | (TarSpecial & { readonly kind: 'special' }) {
  const name = said.longName ?? said.pax.path ?? header.name;
  const place = { offset: header.offset, name };
  const kind = kindOf(header, name, place);
  const path = normalisePath(name, place);
  if (kind !== 'folder') checkNotFolder(path, name, place);
  if (kind !== 'file' && sizeOf(header, said) > 0)
    throw tarFault('TAR_SIZE_INVALID', `a ${kind} has no content`, place);
  if (kind !== 'symlink' && kind !== 'hardlink') checkNoTarget(said, place);
  if (kind === 'special') return { kind, path, offset: header.offset };
  checkMode(header.mode, kind, place);
  return memberOf(kind, { header, said, path, content, place });
}

function sizeOf(header: TarHeader, said: Extensions): number {
  return said.pax.sizeBytes ?? header.sizeBytes;
}

function memberOf(kind: TarMember['kind'], spelling: Spelling): TarMember {
  const { header, said, path, content, place } = spelling;
  const { offset } = header;
  const { attributes } = said.pax;
  const modifiedSeconds = said.pax.modifiedSeconds ?? said.globalSeconds ?? header.modifiedSeconds;
  const isExecutable = (header.mode & OWNER_EXECUTES) !== 0;
  switch (kind) {
    case 'file': {
      const sizeBytes = sizeOf(header, said);
      return { kind, path, offset, attributes, modifiedSeconds, isExecutable, sizeBytes, content };
    }
    case 'folder':
      return { kind, path, offset, attributes, modifiedSeconds };
    case 'symlink': {
      const linkTarget = speltTarget(header, said);
      checkTarget(linkTarget, place);
      return { kind, path, offset, attributes, modifiedSeconds, linkTarget };
    }
    case 'hardlink': {
      const linkTarget = normaliseTarget(speltTarget(header, said), place);
      return { kind, path, offset, attributes, modifiedSeconds, isExecutable, linkTarget };
    }
  }
}

function kindOf(header: TarHeader, name: Uint8Array, place: TarPlace): MemberKind {
  switch (header.type) {
    case '0':
      return header.format === 'v7' && endsWithSlash(name) ? 'folder' : 'file'; // v7 knows folders by the slash
    case '7': // contiguous, on systems that care
      return 'file';
    case '1':
      return 'hardlink';
    case '2':
      return 'symlink';
    case '3':
    case '4':
    case '6':
      return 'special';
    case '5':
      return 'folder';
    case 'S':
      throw sparseFault(place);
    default:
      throw tarFault('TAR_TYPE', `its type '${shownType(header.type)}' is not supported`, place);
  }
}

function shownType(type: string): string {
  return /^[!-~]$/.test(type) ? type : `%${type.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function checkNotFolder(path: Uint8Array, name: Uint8Array, place: TarPlace): void {
  if (path.length === 0) throw tarFault('TAR_PATH_INVALID', 'only a folder can be the root', place);
  if (endsWithSlash(name)) throw tarFault('TAR_PATH_INVALID', 'only a folder can end in a slash', place);
}

function checkNoTarget(said: Extensions, place: TarPlace): void {
  if (said.longLink !== undefined)
    throw tarFault('TAR_GNU_INVALID', 'a long link is given to no link', place);
  if (said.pax.linkPath !== undefined)
    throw tarFault('TAR_PAX_INVALID', 'in its pax header, a linkpath is given to no link', place);
}

/** Folders with such bits are common and harmless, for no tree keeps them; a program with them is a statement. */
function checkMode(mode: number, kind: Exclude<MemberKind, 'special'>, place: TarPlace): void {
  const statType = mode - (mode % (PERMISSION_BITS + 1));
  if (statType !== 0 && statType !== STAT_TYPES[kind])
    throw tarFault('TAR_MODE_INVALID', `its mode is that of no ${kind}`, place);
  if (kind !== 'folder' && (mode & SPECIAL_BITS) !== 0)
    throw tarFault('TAR_MODE_INVALID', 'its mode has a set-id or sticky bit', {
      ...place,
      hint: 'take the bit away before you make the archive: it cannot be kept',
    });
}

function speltTarget(header: TarHeader, said: Extensions): Uint8Array {
  return said.longLink ?? said.pax.linkPath ?? header.linkName.slice();
}
