/** The files of a folder that holds representations: what their paths say, and which are none. */
import { compareBytes } from '../bytes/compare.ts';
import { decodeText, encodeText, formatName } from '../bytes/text.ts';
import { InvalidInputError, SystemError } from '../errors/errors.ts';
import { formatPath } from '../files/file-error.ts';
import type { FileSystem, FolderEntry } from '../files/file-system.ts';
import { joinPath } from '../tree/walk.ts';
import type { Layout, PathClaim } from './layout.ts';
import { attributesOf, UNKNOWN_MEDIA_TYPE } from './metadata.ts';

/** A file whose path says what it is. */
export interface ClaimedFile {
  readonly kind: 'claimed';
  /** For calls of the file system. */
  readonly place: Uint8Array;
  /** Below the folder, names joined by `/`. */
  readonly path: Uint8Array;
  readonly claim: PathClaim;
  /** Whether its layout has it at this very path. */
  readonly isInPlace: boolean;
}

/** Something that an import found and a user should know of. */
export interface ImportFinding {
  /**
   * `alien`: no file of any layout; left alone. `unreadable`: left alone, too. `misplaced`: stored, as its bytes are
   * those that its name says, but another path was meant. `damaged`: its bytes are others; they are kept apart.
   */
  readonly kind: 'alien' | 'unreadable' | 'misplaced' | 'damaged';
  /** Below the folder; a byte that is no text is `%XX`. */
  readonly path: string;
  /** What is the matter, such as `a symlink`. */
  readonly message: string;
}

/** The most folders that lead to a file in any layout. */
const MAX_FOLDERS = 4;

interface Found {
  readonly place: Uint8Array;
  readonly names: readonly Uint8Array[];
}

/**
 * Everything below the folders that the layouts have, sorted by path. What else lies in `folder` is not looked at.
 *
 * @throws InvalidInputError `LAYOUT_UNKNOWN` where none of those folders is there
 */
export async function* scanLayout(
  files: FileSystem,
  folder: string,
  layouts: readonly Layout[],
): AsyncGenerator<ClaimedFile | ImportFinding> {
  const tops = [...new Set(layouts.map((layout) => layout.folder))].toSorted();
  let isAny = false;
  for (const top of tops) {
    const place = joinPath(encodeText(folder), encodeText(top));
    if ((await files.stat(place))?.kind !== 'folder') continue;
    isAny = true;
    yield* scanFolder(files, { place, names: [encodeText(top)] }, layouts);
  }
  if (isAny) return;
  const wanted = tops.map((top) => `'${top}'`).join(' or ');
  throw new InvalidInputError('LAYOUT_UNKNOWN', `no folder ${wanted} in '${formatPath(folder)}'`, {
    hint: 'name the folder that it lies in',
  });
}

async function* scanFolder(
  files: FileSystem,
  folder: Found,
  layouts: readonly Layout[],
): AsyncGenerator<ClaimedFile | ImportFinding> {
  const entries = await listSorted(files, folder.place);
  if (entries instanceof SystemError) yield finding('unreadable', folder.names, entries.message);
  else {
    for (const { name, kind } of entries) {
      const found = { place: joinPath(folder.place, name), names: [...folder.names, name] };
      if (kind === 'folder' && found.names.length <= MAX_FOLDERS) yield* scanFolder(files, found, layouts);
      else if (kind === 'file') yield claimFile(found, layouts);
      else yield finding('alien', found.names, kind === 'other' ? 'neither file nor folder' : `a ${kind}`);
    }
  }
}

async function listSorted(files: FileSystem, place: Uint8Array): Promise<FolderEntry[] | SystemError> {
  try {
    const entries = (await files.list(place)) ?? [];
    return entries.sort((left, right) => compareBytes(left.name, right.name));
  } catch (error) {
    if (error instanceof SystemError) return error;
    throw error;
  }
}

function claimFile({ place, names }: Found, layouts: readonly Layout[]): ClaimedFile | ImportFinding {
  const texts = names.map(decodeText);
  if (!texts.every((text) => text !== undefined)) return finding('alien', names, 'its name is no text');
  const claim = layouts.map(({ claimOf }) => claimOf(texts)).find((each) => each !== undefined);
  if (claim === undefined) return finding('alien', names, 'a file of no layout');
  if (!isSayable(claim)) return finding('alien', names, 'its name says what no metadata can');
  const isInPlace = layouts.some((layout) => isAt(layout, claim, texts));
  return { kind: 'claimed', place, path: joinNames(names), claim, isInPlace };
}

function isSayable(claim: PathClaim): boolean {
  try {
    attributesOf({ mediaType: UNKNOWN_MEDIA_TYPE, ...claim });
    return true;
  } catch (error) {
    if (error instanceof InvalidInputError) return false;
    throw error;
  }
}

/** A layout that names files by something else than their checksum needs none to say where one is. */
function isAt({ pathOf, claimOf }: Layout, claim: PathClaim, names: readonly string[]): boolean {
  if (claimOf(names) === undefined) return false;
  const { id = NO_CHECKSUM, ...metadata } = claim;
  const path = pathOf({ mediaType: UNKNOWN_MEDIA_TYPE, ...metadata, checksum: id });
  return path?.join('/') === names.join('/');
}

const NO_CHECKSUM: string = '0'.repeat(64);

function finding(kind: ImportFinding['kind'], names: readonly Uint8Array[], message: string): ImportFinding {
  return { kind, path: formatName(joinNames(names)), message };
}

function joinNames(names: readonly Uint8Array[]): Uint8Array {
  return names.reduce((path, name) => joinPath(path, name), new Uint8Array(0));
}
