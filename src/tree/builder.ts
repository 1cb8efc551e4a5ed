/** Builds trees from members that come in any order. */
import { type ByteString, fromByteString, toByteString } from '../bytes/byte-string.ts';
import { compareText } from '../bytes/compare.ts';
import { formatName } from '../bytes/text.ts';
import { InvalidInputError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { type Attributes, NO_ATTRIBUTES } from '../object/attributes.ts';
import { encodeTree } from '../object/tree.ts';
import type { EntryKind, TreeEntry } from '../object/tree-entry.ts';
import type { ObjectWriter } from '../odb/object-store.ts';
import { sumSizes, type TreeRoot } from './read-tree.ts';

/** What stands at a path, its name left out. */
export interface Leaf {
  readonly kind: Exclude<EntryKind, 'folder'>;
  readonly sizeBytes: number;
  readonly id: ObjectId;
  readonly attributes: Attributes;
}

interface Folder {
  readonly kind: 'folder';
  attributes: Attributes;
  readonly members: Map<ByteString, Leaf | Folder>;
}

export class TreeBuilder {
  readonly #root: Folder = newFolder();

  /**
   * Puts a leaf at a path, with the folders above it.
   *
   * @param names at least one, as `parsePath` cuts a path
   * @throws InvalidInputError `PATH_CLASH` where something is there already, or a leaf stands above
   */
  add(names: readonly Uint8Array[], leaf: Leaf): void {
    const { members } = this.#folderAt(names.slice(0, -1), names);
    const name = toByteString(names.at(-1)!);
    if (members.has(name)) throw pathClash(names, 'is there twice');
    members.set(name, leaf);
  }

  /** Puts a folder, which may be there already. @throws as {@link TreeBuilder.add} */
  addFolder(names: readonly Uint8Array[], attributes: Attributes = NO_ATTRIBUTES): void {
    const folder = this.#folderAt(names, names);
    if (attributes.size > 0) folder.attributes = attributes;
  }

  /** The leaf at a path, or `undefined` where there is none. */
  findLeaf(names: readonly Uint8Array[]): Leaf | undefined {
    let found: Leaf | Folder | undefined = this.#root;
    for (const name of names) {
      found = found?.kind === 'folder' ? found.members.get(toByteString(name)) : undefined;
    }
    return found?.kind === 'folder' ? undefined : found;
  }

  /** Writes every tree, those below first. */
  write(objects: ObjectWriter): Promise<TreeRoot> {
    return writeFolder(objects, this.#root);
  }

  #folderAt(names: readonly Uint8Array[], path: readonly Uint8Array[]): Folder {
    let folder = this.#root;
    for (const bytes of names) {
      const name = toByteString(bytes);
      let next = folder.members.get(name);
      if (next === undefined) {
        next = newFolder();
        folder.members.set(name, next);
      }
      if (next.kind !== 'folder') throw pathClash(path, 'is at or below a path that is no folder');
      folder = next;
    }
    return folder;
  }
}

function newFolder(): Folder {
  return { kind: 'folder', attributes: NO_ATTRIBUTES, members: new Map() };
}

/** Goes as deep as the paths that were added, which are at most 1,000 names. */
async function writeFolder(objects: ObjectWriter, folder: Folder): Promise<TreeRoot> {
  const entries: TreeEntry[] = [];
  const members = [...folder.members].sort(([left], [right]) => compareText(left, right));
  for (const [name, member] of members) {
    const { kind, attributes } = member;
    const { id, sizeBytes } = kind === 'folder' ? await writeFolder(objects, member) : member;
    entries.push({ name: fromByteString(name), kind, sizeBytes, id, attributes });
  }
  return writeTree(objects, entries);
}

/** Writes one tree. @param entries sorted by name */
export async function writeTree(objects: ObjectWriter, entries: readonly TreeEntry[]): Promise<TreeRoot> {
  const id = await objects.put('tree', encodeTree(entries));
  return { id, sizeBytes: sumSizes(entries) };
}

/** The error for two things that cannot be at one path. @param what is said of the path: `is there twice` */
export function pathClash(names: readonly Uint8Array[], what: string): InvalidInputError {
  return new InvalidInputError('PATH_CLASH', `'${names.map(formatName).join('/')}' ${what}`);
}
