/** Folders of a view: their members come from trees of the store when they are first needed. */
import { type ByteString, toByteString } from '../bytes/byte-string.ts';
import { CorruptError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { NO_ATTRIBUTES } from '../object/attributes.ts';
import { decodeTree, MAX_TREE_BYTES } from '../object/tree.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import type { Folder, Node } from './node.ts';
import type { Work } from './work.ts';

const ROOT_INODE = 1;

/** The root of a view: nothing is read yet. */
export function rootFolder(tree: ObjectId): Folder {
  const root = {
    kind: 'folder',
    name: '' as ByteString,
    inode: ROOT_INODE,
    changedMs: undefined,
    attributes: NO_ATTRIBUTES,
    tree,
    treeBytes: undefined,
    members: undefined,
  } as const;
  const folder: Omit<Folder, 'parent'> & { parent?: Folder } = root;
  folder.parent = folder as Folder;
  return folder as Folder;
}

/** The members of a folder, by name. @throws CorruptError `TREE_INVALID` */
export function* membersOf(folder: Folder): Work<Map<ByteString, Node>> {
  if (folder.members !== undefined) return folder.members;
  const id = folder.tree!; // a folder that was made here has members
  const bytes = yield { id, maxBytes: MAX_TREE_BYTES, role: 'tree' };
  folder.members ??= nodesOf(folder, decode(id, bytes)); // others may have been quicker
  return folder.members;
}

function decode(id: ObjectId, bytes: Uint8Array): TreeEntry[] {
  try {
    return decodeTree(bytes);
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    throw new CorruptError('TREE_INVALID', `object '${id}' is used as a tree and is none: ${error.message}`, {
      cause: error,
    });
  }
}

function nodesOf(parent: Folder, entries: readonly TreeEntry[]): Map<ByteString, Node> {
  const members = new Map<ByteString, Node>();
  for (const entry of entries) {
    const name = toByteString(entry.name);
    members.set(name, nodeOf(parent, name, entry));
  }
  return members;
}

function nodeOf(parent: Folder, name: ByteString, { kind, id, sizeBytes, attributes }: TreeEntry): Node {
  const inode = kind === 'folder' ? inodeIn(parent, name) : inodeIn(parent, name, id);
  const placed = { name, parent, inode, changedMs: undefined, attributes };
  switch (kind) {
    case 'folder':
      return { kind, ...placed, tree: id, treeBytes: sizeBytes, members: undefined };
    case 'symlink':
      return { kind, ...placed, content: { kind: 'stored', id, sizeBytes }, target: undefined };
    case 'file':
    case 'executable':
      return {
        kind: 'file',
        ...placed,
        isExecutable: kind === 'executable',
        content: { kind: 'stored', id, sizeBytes },
      };
  }
}

const HALF = 2 ** 32;
const HIGH_BITS = 2 ** 21;

/**
 * An inode for a member, made of those above it and its name: two multiplicative hashes side by side, after the
 * fashion of FNV-1a. Never that of the root.
 *
 * @param content of a file or a symlink: who remembers files by size, time and inode takes no other version of one,
 * of the same size and of the same second, for the one that it knows
 */
export function inodeIn({ inode }: Folder, name: ByteString, content?: ObjectId): number {
  let low = (inode % HALF) | 0;
  let high = Math.floor(inode / HALF) ^ 0x2f;
  if (content !== undefined) low ^= Number.parseInt(content.slice(-8), 16);
  for (let at = 0; at < name.length; at++) {
    const byte = name.charCodeAt(at);
    low = Math.imul(low ^ byte, 0x0100_0193);
    high = Math.imul(high ^ byte, 0x5bd1_e995);
    high ^= high >>> 15;
  }
  low = Math.imul(low ^ (low >>> 16), 0x21f0_aaad); // names that differ in their last byte only are spread, too
  const mixed = ((high ^ low) >>> 0) % HIGH_BITS;
  return mixed * HALF + (low >>> 0) + 2;
}
