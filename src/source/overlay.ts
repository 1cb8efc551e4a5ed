/** What became of an overlay, as what is committed: only what was changed is put. */
import { type ByteString, fromByteString, toByteString } from '../bytes/byte-string.ts';
import { compareText } from '../bytes/compare.ts';
import { formatName } from '../bytes/text.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { isStoreName, MAX_DEPTH, MAX_PATH_BYTES, type TreeEntry } from '../object/tree-entry.ts';
import type { StoredObject } from '../odb/object-store.ts';
import { type OverlayFs, treeOfOverlay } from '../overlay/overlay-fs.ts';
import type { CommitContents, CommitSource, CommitTarget } from '../store/commit-source.ts';
import { writeTree } from '../tree/builder.ts';
import type { TreeRoot } from '../tree/read-tree.ts';
import { walkTree } from '../tree/walk.ts';
import { inodeIn, membersOf } from '../vfs/folder.ts';
import type { File, Folder, Node, Symlink } from '../vfs/node.ts';
import { doWaiting } from '../vfs/work.ts';
import { type Keeping, openKeeping } from './kept-objects.ts';
import { ReadingProgress } from './reading-progress.ts';

/**
 * The tree that an overlay shows when the commit comes to it. Folders in which nothing was changed are taken over
 * unread where a label is still at the version that the overlay began with, and else are made sure of; files are read
 * where they were written to. Attributes stay with what had them. What is named `.cas` is left out, and listed in
 * `skipped`; `entries` counts what is in the folders that were changed.
 *
 * An overlay of another store can be committed, too: then what is missing comes from there.
 *
 * @throws InvalidInputError `NOT_AN_OVERLAY`; `PATH_INVALID` for what lies deeper, or has a longer path, than in a set
 */
export function fromOverlay(overlay: OverlayFs): CommitSource {
  const tree = treeOfOverlay(overlay);
  const write = async (target: CommitTarget): Promise<CommitContents> => {
    const writer = new OverlayWriter(target, await openKeeping(target, tree));
    const contents = await writer.write(tree.root);
    // from here on a label is at what was written, and all that is still unread is in it
    return { ...contents, remember: async () => tree.continueFrom(contents.root.id) };
  };
  return { name: 'overlay', write };
}

/** A folder and where it lies. */
interface Placed {
  readonly folder: Folder;
  readonly path: ByteString;
  readonly depth: number;
  /** Whether it, or one above it, has another path than at first. */
  readonly isMoved: boolean;
}

class OverlayWriter {
  readonly #target: CommitTarget;
  readonly #keeping: Keeping;
  readonly #progress: ReadingProgress;
  readonly #skipped: string[] = [];
  #entries = 0;

  constructor(target: CommitTarget, keeping: Keeping) {
    this.#target = target;
    this.#keeping = keeping;
    this.#progress = new ReadingProgress(target.onProgress);
  }

  async write(root: Folder): Promise<CommitContents> {
    const written = await this.#writeFolder({
      folder: root,
      path: '' as ByteString,
      depth: 0,
      isMoved: false,
    });
    this.#progress.finish();
    return { root: written, entries: this.#entries, skipped: this.#skipped };
  }

  async #writeFolder({ folder, path, depth, isMoved }: Placed): Promise<TreeRoot> {
    const members = [...(await this.#membersOf(folder)).values()];
    const entries: TreeEntry[] = [];
    for (const node of members.sort((left, right) => compareText(left.name, right.name))) {
      this.#target.signal?.throwIfAborted();
      const { attributes } = node;
      const name = fromByteString(node.name);
      const at = (path === '' ? node.name : `${path}/${node.name}`) as ByteString;
      if (isStoreName(name)) this.#skipped.push(formatName(fromByteString(at)));
      else {
        checkPath(at, depth + 1);
        const isElsewhere = isMoved || node.inode !== inodeIn(folder, node.name);
        const place = { path: at, depth: depth + 1, isMoved: isElsewhere };
        const { kind, ...stored } = await this.#store(node, place);
        entries.push({ name, kind, ...stored, attributes });
      }
    }
    return writeTree(this.#target.objects, entries);
  }

  async #store(node: Node, place: Omit<Placed, 'folder'>): Promise<TreeRoot & Pick<TreeEntry, 'kind'>> {
    const { kind } = node;
    if (kind === 'folder') {
      const placed = { ...place, folder: node };
      return { kind, ...((await this.#keepFolder(placed)) ?? (await this.#writeFolder(placed))) };
    }
    this.#entries++;
    const stored = await this.#storeContent(node);
    return { kind: kind === 'file' && node.isExecutable ? 'executable' : kind, ...stored };
  }

  /** The tree that a folder still is; `undefined` where it was changed. */
  async #keepFolder({ folder, path, depth, isMoved }: Placed): Promise<TreeRoot | undefined> {
    const { tree, treeBytes } = folder;
    if (tree === undefined || treeBytes === undefined) return undefined;
    if (isMoved) {
      for await (const below of walkTree(this.#keeping.source, tree))
        checkPath(`${path}/${toByteString(below.path)}` as ByteString, depth + below.depth);
    }
    await this.#keeping.keepTree(tree);
    return { id: tree, sizeBytes: treeBytes };
  }

  async #storeContent({ content }: File | Symlink): Promise<StoredObject> {
    if (content.kind === 'stored') {
      const { id, sizeBytes } = content;
      await this.#keeping.keepContent(id);
      return { id, sizeBytes };
    }
    const bytes = content.bytes.slice(0, content.sizeBytes); // which nobody changes while it is stored
    this.#progress.addBytes(bytes.length);
    this.#progress.addFiles(1);
    return { id: await this.#target.objects.put('content', bytes), sizeBytes: bytes.length };
  }

  async #membersOf(folder: Folder): Promise<ReadonlyMap<ByteString, Node>> {
    return folder.members ?? (await doWaiting(this.#keeping.source, membersOf(folder)));
  }
}

function checkPath(path: ByteString, depth: number): void {
  if (depth <= MAX_DEPTH && path.length <= MAX_PATH_BYTES) return;
  const limits = `${MAX_DEPTH} names or ${MAX_PATH_BYTES} bytes`;
  const shown = formatName(fromByteString(path).subarray(0, 200));
  throw new InvalidInputError('PATH_INVALID', `cannot commit '${shown}': its path has over ${limits}`, {
    hint: 'move it up',
  });
}
