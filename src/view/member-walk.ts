/** The members of an archive in order: folders before what is in them, those that a prefix makes included. */
import { toByteString } from '../bytes/byte-string.ts';
import { formatName } from '../bytes/text.ts';
import { CorruptError, InvalidInputError } from '../errors/errors.ts';
import { ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { RowTable } from '../kernel/tree-rows.ts';
import type { Attributes } from '../object/attributes.ts';
import { MAX_DEPTH, MAX_PATH_BYTES } from '../object/tree-entry.ts';
import { FolderReader, type FolderRows, folderIdsIn } from '../tree/folder-rows.ts';
import { joinPath, tooDeep } from '../tree/walk.ts';
import { timeAt } from '../vfs/part-times.ts';
import { type ArchiveOptions, checkMembers, listMembers, prefixNames } from './archive-members.ts';
import { gatherMembers } from './gathered-members.ts';
import { KIND, MemberList, type MemberSource } from './member-list.ts';
import { Selection } from './selection.ts';
import type { ViewedTree } from './viewed-tree.ts';

/**
 * @returns one list again and again, whose members change when more are asked for
 * @throws InvalidInputError `PATH_INVALID` for a bad prefix, or a path that it makes too long
 * @throws RefusedError `NOT_PORTABLE` @throws NotFoundError `NOTHING_CHOSEN`
 * @throws CorruptError `TREE_SIZE_WRONG` at the end of a folder whose parent gives another sum; `TREE_TOO_DEEP` past
 *   1,000 names or 4,095 bytes; and as `readTree`
 */
export async function* walkMembers(
  tree: ViewedTree,
  options: ArchiveOptions = {},
): AsyncGenerator<MemberList> {
  const { onProgress, signal } = options;
  await checkMembers(tree, options);
  let done = 0;
  for await (const list of listsOf(tree, options)) {
    signal?.throwIfAborted();
    yield list;
    done += list.count;
    onProgress?.({ phase: 'writing', done, unit: 'entries' });
  }
  onProgress?.({ phase: 'writing', done, total: done, unit: 'entries' });
}

/** Where patterns choose, each entry is looked at; else rows of folders are taken as they are. */
async function* listsOf(tree: ViewedTree, options: ArchiveOptions): AsyncGenerator<MemberList> {
  if (!new Selection(options).isEverything) return yield* gatherMembers(listMembers(tree, options));
  const walk = new MemberWalk(tree, prefixNames(options));
  while (await walk.fill()) yield walk.list;
}

/** A folder that the walk is in. */
interface OpenFolder {
  /** In the archive, without a slash at its end; empty for its root. */
  readonly path: Uint8Array;
  readonly parts: AsyncIterator<FolderRows, undefined>;
  /** What the parent says this folder holds; absent for the root of the tree. */
  readonly claimedBytes: number | undefined;
  sumBytes: number;
  /** The rows that were read last, and the next of them. */
  part: FolderRows | undefined;
  next: number;
}

class MemberWalk {
  readonly list = new MemberList();
  readonly #folders: FolderReader;
  readonly #tree: ViewedTree;
  readonly #prefix: readonly Uint8Array[];
  /** How many bytes of a path are the prefix, with the slash behind it. */
  #prefixBytes = 0;
  readonly #stack: OpenFolder[] = [];
  #isStarted = false;

  constructor(tree: ViewedTree, prefix: readonly Uint8Array[]) {
    this.#folders = new FolderReader(tree.objects);
    this.#tree = tree;
    this.#prefix = prefix;
  }

  /** Fills the list anew. @returns whether there is anything in it */
  async fill(): Promise<boolean> {
    this.list.clear();
    if (!this.#isStarted) this.#start();
    for (let top = this.#stack.at(-1); top !== undefined && !this.list.isFull; top = this.#stack.at(-1)) {
      if (top.part !== undefined && top.next < top.part.count) this.#addRows(top, top.part);
      else await this.#readOn(top);
    }
    return this.list.count > 0;
  }

  #start(): void {
    this.#isStarted = true;
    const { timeSeconds } = this.#tree;
    let path: Uint8Array = new Uint8Array(0);
    for (const [at, name] of this.#prefix.entries()) {
      const source = { bytes: name, nameAt: 0, nameBytes: name.length, idAt: 0 };
      this.list.add(path, source, { kind: KIND.folder, sizeBytes: 0, depth: at + 1, timeSeconds });
      path = joinPath(path, name);
    }
    if (path.length > 0) this.#prefixBytes = path.length + 1;
    this.#enter(this.#tree.treeId, path);
  }

  #enter(id: ObjectId, path: Uint8Array, claimedBytes?: number): void {
    const top = this.#stack.at(-1);
    const part = top?.part;
    const parts = this.#folders.read(id, part && (() => folderIdsIn(part, top.next)));
    this.#stack.push({ path, parts, claimedBytes, sumBytes: 0, part: undefined, next: 0 });
  }

  /** Up to a folder, which is entered, or to the end of the rows or of the list. */
  #addRows(top: OpenFolder, part: FolderRows): void {
    const { list } = this;
    const { rows, tree, count, attributes } = part;
    const depth = this.#stack.length + this.#prefix.length;
    const { timeSeconds, partTimes } = this.#tree;
    while (top.next < count && !list.isFull) {
      const row = top.next++;
      const idAt = rows.idAt(row);
      const nameBytes = rows.nameBytesAt(row);
      const sizeBytes = rows.sizeAt(row);
      const kind = kindOf(rows, row);
      const source = { bytes: tree, nameAt: idAt - 1 - nameBytes, nameBytes, idAt };
      top.sumBytes += sizeBytes;
      this.#checkPath(top.path, source);
      if (attributes.size > 0) this.#noteAttributes(attributes.get(row));
      list.add(top.path, source, { kind, sizeBytes, depth, timeSeconds });
      if (partTimes !== undefined) this.#setTime(list.count - 1);
      if (kind !== KIND.folder) continue;
      const id = objectIdFromBytes(tree.subarray(idAt, idAt + ID_BYTES));
      this.#enter(id, list.pathAt(list.count - 1).slice(), sizeBytes);
      return;
    }
  }

  /** Where parts of a tree have times of their own. */
  #setTime(number: number): void {
    const path = this.list.pathAt(number).subarray(this.#prefixBytes);
    this.list.times[number] = timeAt(this.#tree, toByteString(path));
  }

  /** Of the member that is added next. */
  #noteAttributes(attributes: Attributes | undefined): void {
    if (attributes !== undefined) this.list.attributes.set(this.list.count, attributes);
  }

  async #readOn(top: OpenFolder): Promise<void> {
    const { done, value } = await top.parts.next();
    top.part = value;
    top.next = 0;
    if (done !== true) return;
    this.#checkSum(top);
    this.#stack.pop();
  }

  #checkSum({ path, claimedBytes, sumBytes }: OpenFolder): void {
    if (claimedBytes === undefined || claimedBytes === sumBytes) return;
    const shown = formatName(path.subarray(this.#prefixBytes));
    throw new CorruptError(
      'TREE_SIZE_WRONG',
      `folder '${shown}' holds ${sumBytes} bytes, not ${claimedBytes}`,
    );
  }

  #checkPath(folder: Uint8Array, { bytes, nameAt, nameBytes }: MemberSource): void {
    const pathBytes = folder.length + (folder.length === 0 ? 0 : 1) + nameBytes;
    const depth = this.#stack.length;
    if (pathBytes <= MAX_PATH_BYTES && depth + this.#prefix.length <= MAX_DEPTH) return;
    const path = joinPath(folder, bytes.subarray(nameAt, nameAt + nameBytes));
    if (pathBytes - this.#prefixBytes > MAX_PATH_BYTES || depth > MAX_DEPTH)
      throw tooDeep(path.subarray(this.#prefixBytes));
    throw new InvalidInputError(
      'PATH_INVALID',
      `'${formatName(path.subarray(0, 80))}…' is too long with its prefix`,
      { hint: 'use a shorter prefix' },
    );
  }
}

function kindOf(rows: RowTable, row: number): number {
  if (rows.isFolderAt(row)) return KIND.folder;
  if (rows.isSymlinkAt(row)) return KIND.symlink;
  return rows.isExecutableAt(row) ? KIND.executable : KIND.file;
}
