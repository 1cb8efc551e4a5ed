/** Where a name is to be made, taken away or moved: the folder above it, and what stands there. */
import type { ByteString } from '../bytes/byte-string.ts';
import { MAX_NAME_BYTES, MAX_PATH_BYTES } from '../object/tree-entry.ts';
import { type CallSite, type Errno, errnoError } from '../vfs/errno.ts';
import { findNode } from '../vfs/find.ts';
import { membersOf } from '../vfs/folder.ts';
import type { Folder, Node } from '../vfs/node.ts';
import type { Work } from '../vfs/work.ts';

/** A place for a name, taken or free. Its folder was read. */
export interface Spot {
  /** What the path ends in: only a `name` can be made, taken away or moved. */
  readonly kind: 'name' | 'dot' | 'dotdot' | 'root';
  readonly folder: Folder;
  readonly name: ByteString;
  /** Whether a slash follows: it is meant to be a folder. */
  readonly isForFolder: boolean;
}

/** The spot that `path` ends in, where a symlink is not followed; or why there can be none. */
export function* findSpot(root: Folder, path: ByteString): Work<Spot | Errno> {
  if (path.length === 0) return 'ENOENT';
  if (path.length > MAX_PATH_BYTES) return 'ENAMETOOLONG';
  const bare = path.replace(/\/+$/, '') as ByteString;
  const isForFolder = bare.length < path.length;
  if (bare === '') return { kind: 'root', folder: root, name: bare, isForFolder };
  const nameAt = bare.lastIndexOf('/') + 1;
  const above = nameAt === 0 ? '/' : bare.slice(0, nameAt);
  const folder = yield* findNode(root, above as ByteString, 'follow');
  if (typeof folder === 'string') return folder;
  if (folder.kind !== 'folder') return 'ENOTDIR';
  const name = bare.slice(nameAt) as ByteString;
  if (name.length > MAX_NAME_BYTES) return 'ENAMETOOLONG';
  yield* membersOf(folder);
  return { kind: kindOf(name), folder, name, isForFolder };
}

/** As {@link findSpot}. @throws what the call at `site` throws where there can be none */
export function* takeSpot(root: Folder, path: ByteString, site: CallSite): Work<Spot> {
  const spot = yield* findSpot(root, path);
  if (typeof spot === 'string') throw errnoError(spot, site);
  return spot;
}

/** What stands there now, though it was asked for a while ago. */
export function nodeAt({ folder, name }: Spot): Node | undefined {
  return folder.members!.get(name);
}

function kindOf(name: ByteString): Spot['kind'] {
  if (name === '.') return 'dot';
  return name === '..' ? 'dotdot' : 'name';
}
