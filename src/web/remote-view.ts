/** One version of a store whose files are only read, as a tree of files. Paths and names are text; `%XX` is a byte. */
import { fromByteString, toByteString } from '../bytes/byte-string.ts';
import { formatName, parseName } from '../bytes/text.ts';
import { CorruptError, InvalidInputError, NotFoundError, RefusedError } from '../errors/errors.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Snapshot } from '../object/snapshot.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import { namedObjects } from '../odb/named-objects.ts';
import type { ObjectReader, ReadOptions } from '../odb/object-store.ts';
import { readObject } from '../odb/read-object.ts';
import { readTree, sumSizes } from '../tree/read-tree.ts';
import { joinPath, walkTree } from '../tree/walk.ts';
import { findNode, type LastLink, pathOf, targetOf } from '../vfs/find.ts';
import { rootFolder } from '../vfs/folder.ts';
import type { Folder, Node, StoredContent } from '../vfs/node.ts';
import { doWaiting, type Work } from '../vfs/work.ts';
import { type PartRange, readRemotePart } from './remote-part.ts';

/** One file, symlink or folder of a version. */
export interface RemoteEntry {
  /** From the root of the version, names joined by `/`; empty for the root itself. */
  readonly path: string;
  /** The last name of the path. */
  readonly name: string;
  readonly kind: TreeEntry['kind'];
  /** Of a file, of a symlink's target, or of all that is in a folder. */
  readonly sizeBytes: number;
  /** Of the content, or of the tree. */
  readonly id: ObjectId;
  readonly attributes: TreeEntry['attributes'];
}

/** What a view shows. */
export interface ViewedSnapshot {
  readonly id: ObjectId;
  readonly snapshot: Snapshot;
}

const MAX_READ_BYTES: number = 2 ** 30;

/** Trees are read when they are first asked for, and kept; contents are read each time. */
export class RemoteView {
  /** What was said of the version: its time, author and message. */
  readonly snapshot: Snapshot;
  readonly snapshotId: ObjectId;
  readonly #objects: ObjectReader;
  readonly #named: ObjectReader;
  readonly #root: Folder;

  constructor(objects: ObjectReader, { id, snapshot }: ViewedSnapshot) {
    this.snapshot = snapshot;
    this.snapshotId = id;
    this.#objects = objects;
    this.#named = namedObjects(objects);
    this.#root = rootFolder(snapshot.tree);
  }

  /**
   * Everything in the version, folders before what is in them, names ascending as bytes.
   *
   * @throws CorruptError `OBJECT_CORRUPT`, `OBJECT_MISSING`, `TREE_INVALID`
   */
  async *entries(): AsyncGenerator<RemoteEntry> {
    for await (const { path, entry } of walkTree(this.#named, this.snapshot.tree)) yield entryAt(path, entry);
  }

  /**
   * What is in a folder, names ascending as bytes. Symlinks on the way are followed, and none leads out.
   *
   * @param path from the root; the empty one is the root
   * @throws NotFoundError `PATH_NOT_FOUND` @throws InvalidInputError `NO_TREE` for a file
   */
  async readdir(path = ''): Promise<RemoteEntry[]> {
    const folder = await this.#find(path, 'follow');
    if (folder.kind !== 'folder')
      throw new InvalidInputError('NO_TREE', `'${path}' is a file, and no folder`);
    const above = pathBytes(folder);
    const entries = await readTree(this.#named, folder.tree!);
    return entries.map((entry) => entryAt(joinPath(above, entry.name), entry));
  }

  /** What is at a path; of a symlink, where it leads. @throws as {@link RemoteView.readdir} */
  async stat(path: string): Promise<RemoteEntry> {
    return this.#describe(await this.#find(path, 'follow'));
  }

  /** What is at a path itself. @throws as {@link RemoteView.readdir} */
  async lstat(path: string): Promise<RemoteEntry> {
    return this.#describe(await this.#find(path, 'keep'));
  }

  /** Where a symlink leads, as it was stored. @throws InvalidInputError `NOT_A_SYMLINK`, as {@link RemoteView.readdir} */
  async readlink(path: string): Promise<string> {
    const node = await this.#find(path, 'keep');
    if (node.kind !== 'symlink') throw new InvalidInputError('NOT_A_SYMLINK', `'${path}' is no symlink`);
    return formatName(fromByteString(await this.#do(targetOf(node))));
  }

  /**
   * All bytes of a file, proved.
   *
   * @throws NotFoundError `PATH_NOT_FOUND` @throws InvalidInputError `NOT_A_FILE` for a folder
   * @throws CorruptError `OBJECT_CORRUPT`, `OBJECT_MISSING`, `ENTRY_SIZE_WRONG`
   * @throws RefusedError `TOO_LARGE` over `maxBytes`, 1 GiB where that is not given
   */
  async readFile(path: string, { maxBytes = MAX_READ_BYTES }: ReadOptions = {}): Promise<Uint8Array> {
    const { id, sizeBytes } = await this.#findFile(path);
    if (sizeBytes > maxBytes) {
      throw new RefusedError(
        'TOO_LARGE',
        `'${path}' has ${sizeBytes} bytes, over ${maxBytes} to hold at once`,
        {
          hint: 'read it as a stream',
        },
      );
    }
    const content = await readObject(this.#named, id, { maxBytes: sizeBytes }).catch((error: unknown) => {
      if (error instanceof RefusedError && error.code === 'TOO_LARGE') return undefined;
      throw error;
    });
    if (content?.length !== sizeBytes)
      throw new CorruptError(
        'ENTRY_SIZE_WRONG',
        `'${path}' has not the ${sizeBytes} bytes that its entry says`,
      );
    return content;
  }

  /** A file as a stream, or a part of it; it ends in an error where the bytes are wrong. @throws as {@link RemoteView.readFile} */
  async open(path: string, range?: PartRange): Promise<ByteStream> {
    const { id } = await this.#findFile(path);
    return readRemotePart(this.#objects, id, range);
  }

  async #findFile(path: string): Promise<RemoteEntry> {
    const node = await this.#find(path, 'follow');
    if (node.kind === 'file') return this.#describe(node);
    throw new InvalidInputError('NOT_A_FILE', `'${path}' is a folder`, { hint: 'name a file in it' });
  }

  async #find(path: string, lastLink: LastLink): Promise<Node> {
    const bytes = toByteString(parseName(`/${path}`));
    const found = await this.#do(findNode(this.#root, bytes, lastLink));
    if (typeof found !== 'string') return found;
    if (found === 'ENOENT' || found === 'ENOTDIR')
      throw new NotFoundError('PATH_NOT_FOUND', `no '${path.slice(0, 200)}' in the version`, {
        hint: 'list what is there',
      });
    const fault =
      found === 'ELOOP' ? 'it leads through too many symlinks' : 'a name in it, or all of it, is too long';
    throw new InvalidInputError('PATH_INVALID', `path '${path.slice(0, 200)}' is not allowed: ${fault}`);
  }

  async #describe(node: Node): Promise<RemoteEntry> {
    const { attributes } = node;
    const place = { path: formatName(pathBytes(node)), name: formatName(fromByteString(node.name)) };
    if (node.kind === 'folder') {
      const id = node.tree!;
      const sizeBytes = sumSizes(await readTree(this.#named, id)); // its parent's tree says the same
      return { ...place, kind: 'folder', sizeBytes, id, attributes };
    }
    const { id, sizeBytes } = node.content as StoredContent; // nothing is written here
    const kind = node.kind === 'symlink' ? 'symlink' : node.isExecutable ? 'executable' : 'file';
    return { ...place, kind, sizeBytes, id, attributes };
  }

  #do<Value>(work: Work<Value>): Promise<Value> {
    return doWaiting(this.#named, work);
  }
}

/** The path of a node, without the slash before it. */
function pathBytes(node: Node): Uint8Array {
  return fromByteString(pathOf(node)).subarray(1);
}

function entryAt(path: Uint8Array, { name, kind, sizeBytes, id, attributes }: TreeEntry): RemoteEntry {
  return { path: formatName(path), name: formatName(name), kind, sizeBytes, id, attributes };
}
