/**
 * From a path to what stands there, by the rules of path_resolution(7): names are walked one by one, `..` is the
 * folder above, a symlink is its target, and a slash at the end asks for a folder.
 *
 * Nobody gets out: the root is its own parent, and a target that begins with a slash begins at the root.
 */
import { type ByteString, toByteString } from '../bytes/byte-string.ts';
import { MAX_NAME_BYTES, MAX_PATH_BYTES } from '../object/tree-entry.ts';
import type { Errno } from './errno.ts';
import { membersOf } from './folder.ts';
import type { Folder, Node, Symlink } from './node.ts';
import type { Work } from './work.ts';

/** Whether a symlink in the last place is followed. */
export type LastLink = 'follow' | 'keep';

/** As many as Linux follows for one path. */
export const MAX_LINKS = 40;

/** Where a path leads, and what is the matter where it leads nowhere. */
export type Found =
  | { readonly kind: 'node'; readonly node: Node }
  /** Nothing stands there, but could: the folder is there. */
  | {
      readonly kind: 'free';
      readonly folder: Folder;
      readonly name: ByteString;
      /** Whether a slash follows: then it can only be a folder. */
      readonly isForFolder: boolean;
    }
  | { readonly kind: 'fault'; readonly errno: Errno };

/** The node at `path`, or why there is none. */
export function* findNode(root: Folder, path: ByteString, lastLink: LastLink): Work<Node | Errno> {
  const found = yield* findPlace(root, path, lastLink);
  if (found.kind === 'node') return found.node;
  return found.kind === 'free' ? 'ENOENT' : found.errno;
}

/** As {@link findNode}, for who would make what is not there. */
export function* findPlace(root: Folder, path: ByteString, lastLink: LastLink): Work<Found> {
  if (path.length === 0) return fault('ENOENT');
  if (path.length > MAX_PATH_BYTES) return fault('ENAMETOOLONG');
  const walk: Walk = { rest: namesOf(path), links: 0 };
  let folder = root;
  for (let name = walk.rest.pop(); name !== undefined; name = walk.rest.pop()) {
    if (name === '..') folder = folder.parent;
    if (name === '' || name === '.' || name === '..') continue;
    if (name.length > MAX_NAME_BYTES) return fault('ENAMETOOLONG');
    const node = (folder.members ?? (yield* membersOf(folder))).get(name);
    const isLast = walk.rest.length === 0;
    if (node === undefined) return isFolderWanted(walk.rest) ? free(folder, name, walk) : fault('ENOENT');
    if (node.kind === 'folder') folder = node;
    else if (node.kind === 'file') return isLast ? { kind: 'node', node } : fault('ENOTDIR');
    else if (isLast && lastLink === 'keep') return { kind: 'node', node };
    else {
      const errno = takeLink(walk, node.target ?? (yield* targetOf(node)));
      if (errno !== undefined) return fault(errno);
      if (walk.isAbsolute === true) folder = root;
    }
  }
  return { kind: 'node', node: folder };
}

/** Where a symlink leads, as it was stored. */
export function* targetOf(link: Symlink): Work<ByteString> {
  if (link.target === undefined && link.content.kind === 'stored') {
    const { id, sizeBytes } = link.content;
    link.target = toByteString(yield { id, maxBytes: sizeBytes, role: 'content' });
  }
  return link.target!; // of one that was made here it is known
}

/** The path from the root, without symlinks, and with a slash before it. */
export function pathOf(node: Node): ByteString {
  const names: ByteString[] = [];
  for (let at: Node = node; at.parent !== at; at = at.parent) names.push(at.name);
  return `/${names.toReversed().join('/')}` as ByteString;
}

interface Walk {
  /** What is still to be walked, the next name last. */
  rest: ByteString[];
  links: number;
  /** Whether the last target began at the root. */
  isAbsolute?: boolean;
}

/** Goes on with a target in place of the symlink. */
function takeLink(walk: Walk, target: ByteString): Errno | undefined {
  if (++walk.links > MAX_LINKS) return 'ELOOP';
  if (target.length > MAX_PATH_BYTES) return 'ENAMETOOLONG';
  walk.isAbsolute = target.startsWith('/');
  walk.rest.push(...namesOf(target));
  return undefined;
}

/** The names of a path, the first one last. */
function namesOf(path: ByteString): ByteString[] {
  return path.split('/').toReversed() as ByteString[];
}

/** Whether what is left of a path is a slash at its end, or nothing. */
function isFolderWanted(rest: readonly ByteString[]): boolean {
  return rest.every((name) => name === '');
}

function free(folder: Folder, name: ByteString, { rest }: Walk): Found {
  return { kind: 'free', folder, name, isForFolder: rest.length > 0 };
}

function fault(errno: Errno): Found {
  return { kind: 'fault', errno };
}
