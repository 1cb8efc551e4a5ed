/** Every change of an overlay's nodes. None of them reaches the store: what differs from it is marked as such. */
import { type ByteString, fromByteString } from '../bytes/byte-string.ts';
import { NO_ATTRIBUTES } from '../object/attributes.ts';
import type { File, Folder, Node, Symlink } from '../vfs/node.ts';
import type { OverlayState } from './overlay-state.ts';

/** Where something new is to stand. */
export interface Place {
  readonly folder: Folder;
  readonly name: ByteString;
}

const NOTHING = new Uint8Array(0);

/** An empty folder, put in its place. */
export function addFolder(state: OverlayState, place: Place): void {
  const members = new Map<ByteString, Node>();
  add(place, { kind: 'folder', ...placedAt(state, place), tree: undefined, treeBytes: undefined, members });
}

/** An empty file, put in its place. */
export function addFile(state: OverlayState, place: Place, isExecutable: boolean): File {
  const content = { kind: 'written', bytes: NOTHING, sizeBytes: 0 } as const;
  const file: File = { kind: 'file', ...placedAt(state, place), isExecutable, content };
  add(place, file);
  return file;
}

/** A symlink, put in its place. */
export function addSymlink(state: OverlayState, place: Place, target: ByteString): void {
  const content = { kind: 'written', bytes: fromByteString(target), sizeBytes: target.length } as const;
  const link: Symlink = { kind: 'symlink', ...placedAt(state, place), content, target };
  add(place, link);
}

/** Takes a node out of its folder, with all that is in it. Who has it open keeps it. */
export function remove({ parent, name }: Node): void {
  parent.members!.delete(name);
  markMembers(parent);
}

/** Puts a node at `place`, where nothing stands any more. */
export function move(node: Node, { folder, name }: Place): void {
  remove(node);
  node.parent = folder;
  node.name = name;
  add({ folder, name }, node);
}

/** Says that a file is another than the one that was stored. */
export function markFile(file: File): void {
  file.changedMs = Date.now();
  markFolder(file.parent);
}

function placedAt(
  state: OverlayState,
  { folder: parent, name }: Place,
): Omit<File, 'kind' | 'isExecutable' | 'content'> {
  return { name, parent, inode: state.nextInode++, changedMs: Date.now(), attributes: NO_ATTRIBUTES };
}

function add({ folder, name }: Place, node: Node): void {
  folder.members!.set(name, node);
  markMembers(folder);
}

function markMembers(folder: Folder): void {
  folder.changedMs = Date.now();
  markFolder(folder);
}

/** Of a folder, and of those above: of one that is marked they are already. */
function markFolder(folder: Folder): void {
  for (let at = folder; at.tree !== undefined; at = at.parent) at.tree = undefined;
}
