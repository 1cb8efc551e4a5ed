/**
 * Theater's own layout of a store, in a folder:
 *
 *   data/<40 lower-case hex digits>      a content, as it is, by its SHA-1; nothing is below
 *   labels/<label>                       a label file; a label with slashes lies in folders
 *
 * A store with an id lies in a folder of that name, beside others. Theater joined labels to the folder unchecked, so a
 * label `../x` lies beside `data` and `labels`. Nothing was ever synced: a file may be short, or empty.
 */
import { toByteString } from '../bytes/byte-string.ts';
import { compareBytes } from '../bytes/compare.ts';
import { decodeText, encodeText } from '../bytes/text.ts';
import { InvalidInputError, NotFoundError } from '../errors/errors.ts';
import { formatPath } from '../files/file-error.ts';
import type { FileSystem, FolderEntry } from '../files/file-system.ts';
import { nodeFiles } from '../files/node-files.ts';
import { MAX_DEPTH } from '../object/tree-entry.ts';
import { joinPath } from '../tree/walk.ts';
import { checkStoreId } from './reference.ts';

/** A store in Theater's layout. */
export interface TheaterFolder {
  /** The name of its folder among others; absent where it is the folder that was asked for. */
  readonly id?: string;
  readonly path: Uint8Array;
}

/** Something in such a folder. */
export interface LaidOut {
  /** From the folder of the store, as the file system has it. */
  readonly path: Uint8Array;
  /** The last name in it. */
  readonly name: Uint8Array;
  readonly kind: FolderEntry['kind'];
}

const DATA = encodeText('data');
const LABELS = encodeText('labels');
const NOWHERE = new Uint8Array(0);

/**
 * The store that is in `folder`, or those in the folders of it, by name.
 *
 * @throws NotFoundError `PATH_NOT_FOUND` @throws InvalidInputError `LAYOUT_UNKNOWN` where there is no store,
 * `STORE_ID_INVALID` where a folder has a name that is no id @throws SystemError `NOT_A_FOLDER`
 */
export async function findTheaterFolders(
  folder: string,
  { files = nodeFiles() }: { readonly files?: FileSystem } = {},
): Promise<TheaterFolder[]> {
  const path = encodeText(folder);
  const members = await listSorted(files, path);
  if (members === undefined) {
    throw new NotFoundError('PATH_NOT_FOUND', `cannot read '${formatPath(folder)}': no such folder`, {
      hint: 'check the path',
    });
  }
  if (members.some(isOfLayout)) return [{ path }];
  const found: TheaterFolder[] = [];
  for (const { name } of members.filter(({ kind }) => kind === 'folder')) {
    const inner = joinPath(path, name);
    if ((await listSorted(files, inner))?.some(isOfLayout))
      found.push({ id: checkStoreId(decodeText(name) ?? ''), path: inner });
  }
  if (found.length > 0) return found;
  throw new InvalidInputError('LAYOUT_UNKNOWN', `'${formatPath(folder)}' is no store of Theater's`, {
    hint: "name the folder that has 'data' and 'labels' in it, or one that has such folders",
  });
}

/** What is in `data`, by name. */
export async function listData(files: FileSystem, { path }: TheaterFolder): Promise<LaidOut[]> {
  const members = (await listSorted(files, joinPath(path, DATA))) ?? [];
  return members.map(({ name, kind }) => ({ path: joinPath(DATA, name), name, kind }));
}

/** What is beside `data` and `labels`, by name. */
export async function listBeside(files: FileSystem, { path }: TheaterFolder): Promise<LaidOut[]> {
  const members = (await listSorted(files, path)) ?? [];
  return members
    .filter((member) => !isOfLayout(member))
    .map(({ name, kind }) => ({ path: name, name, kind }));
}

/** All that is below `labels` and no folder, sorted; `name` is the whole path from there. */
export async function listLabelFiles(files: FileSystem, { path }: TheaterFolder): Promise<LaidOut[]> {
  const found: LaidOut[] = [];
  const waiting: { readonly name: Uint8Array; readonly depth: number }[] = [{ name: NOWHERE, depth: 0 }];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const place = folder.depth === 0 ? LABELS : joinPath(LABELS, folder.name);
    const members = (await listSorted(files, joinPath(path, place))) ?? [];
    for (const member of members) {
      const name = joinPath(folder.name, member.name);
      const isEntered = member.kind === 'folder' && folder.depth < MAX_DEPTH;
      if (isEntered) waiting.push({ name, depth: folder.depth + 1 });
      else found.push({ path: joinPath(LABELS, name), name, kind: member.kind });
    }
  }
  return found.sort((left, right) => compareBytes(left.name, right.name));
}

function isOfLayout({ name, kind }: FolderEntry): boolean {
  const text = toByteString(name);
  return kind === 'folder' && (text === 'data' || text === 'labels');
}

async function listSorted(files: FileSystem, path: Uint8Array): Promise<FolderEntry[] | undefined> {
  const members = await files.list(path);
  return members?.sort((left, right) => compareBytes(left.name, right.name));
}
