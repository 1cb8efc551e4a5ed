/**
 * Those entries below a tree that are wanted, found by what trees say of them: no content is read, and what is not
 * wanted is never made into an object.
 */
import type { ObjectId } from '../hash/object-id.ts';
import { isKernelHere } from '../kernel/instance.ts';
import { MAX_PREFIX_BYTES, TreePicker } from '../kernel/tree-picker.ts';
import { decodeTree, decodeTreeStream } from '../object/tree.ts';
import { MAX_DEPTH, MAX_NAME_BYTES, MAX_PATH_BYTES, type TreeEntry } from '../object/tree-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { readWholeOrStream } from '../odb/read-object.ts';
import {
  type Conditions,
  compileConditions,
  entryTest,
  type KeyCondition,
  ValueJudge,
} from './conditions.ts';
import { type FoundEntries, type Picked, PickedEntries, PickedRows } from './found-entries.ts';
import { inBatches, treeFault } from './read-tree.ts';
import { checkDepth, checkSum, joinPath, type WalkOptions } from './walk.ts';

const NOTHING = new Uint8Array(0);
/** Larger trees are read as streams, and their entries one by one. */
const WHOLE_BYTES: number = 32 * 2 ** 20;

export interface QueryOptions extends WalkOptions, Conditions {}

/** A folder that is looked through. */
interface Place {
  /** From the root of the walk; empty for the root. */
  readonly path: Uint8Array;
  /** Of its members. */
  readonly depth: number;
  /** What its parent says that it holds; absent for the root. */
  readonly claimedBytes: number | undefined;
  /** Of its members, so far. */
  sumBytes: number;
}

interface OpenFolder {
  readonly place: Place;
  readonly lists: AsyncIterator<Picked>;
  list: Picked;
  /** The next of the list. */
  at: number;
}

/**
 * Lists lazily, as `walkTree` does and in its order; a folder that is not wanted itself is gone into all the same.
 *
 * Of attributes nothing is looked at but what is asked for, until an entry is made of them.
 *
 * @returns some at a time; they hold the tree that they were found in
 * @throws InvalidInputError `ATTRIBUTE_INVALID` for a key that no attribute has @throws as `walkTree`
 */
export async function* selectEntries(
  objects: ObjectReader,
  root: ObjectId,
  options: QueryOptions = {},
): AsyncGenerator<FoundEntries> {
  const { enters = () => true } = options;
  const search = new TreeSearch(objects, options);
  const start: Place = { path: new Uint8Array(0), depth: 1, claimedBytes: undefined, sumBytes: 0 };
  const stack: OpenFolder[] = [search.open(root, start)];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (top.at === top.list.length) {
      if (!(await hasMore(top))) stack.pop();
      continue;
    }
    const { list, at } = top;
    top.at = endOfRun(list, at);
    const folder = list.kindOf(top.at - 1) === 'folder' ? list.entryOf(top.at - 1) : undefined;
    const end = list.isWanted(top.at - 1) ? top.at : top.at - 1;
    if (end > at) yield list.run(at, end);
    if (folder !== undefined && enters(folder)) {
      const { path, depth, entry } = folder;
      const place = { path, depth: depth + 1, claimedBytes: entry.sizeBytes, sumBytes: 0 };
      stack.push(search.open(entry.id, place));
    }
  }
}

/** Behind the next folder, which stands alone where it is not wanted itself; else the end of the list. */
function endOfRun(list: Picked, start: number): number {
  let end = start;
  while (end < list.length && list.kindOf(end) !== 'folder') end++;
  return Math.min(end + 1, list.length);
}

async function hasMore(folder: OpenFolder): Promise<boolean> {
  const next = await folder.lists.next();
  if (next.done === true) {
    checkSum(folder.place);
    return false;
  }
  folder.list = next.value;
  folder.at = 0;
  return true;
}

/** Looks through trees for what some conditions want. */
class TreeSearch {
  readonly #objects: ObjectReader;
  readonly #isWanted: (entry: TreeEntry) => boolean;
  readonly #conditions: readonly KeyCondition[];
  readonly #minBytes: number;
  readonly #judges: readonly ValueJudge[];
  readonly #picker = isKernelHere() ? new TreePicker() : undefined;

  constructor(objects: ObjectReader, wanted: Conditions) {
    this.#objects = objects;
    this.#isWanted = entryTest(wanted);
    this.#conditions = compileConditions(wanted.where);
    this.#minBytes = wanted.minBytes ?? 0;
    this.#judges = this.#conditions.map((condition) => new ValueJudge(condition));
  }

  open(id: ObjectId, place: Place): OpenFolder {
    return { place, lists: this.#lists(id, place), list: new PickedEntries(), at: 0 };
  }

  async *#lists(id: ObjectId, place: Place): AsyncGenerator<Picked> {
    const found = await readWholeOrStream(this.#objects, id, WHOLE_BYTES);
    try {
      if (found.kind === 'stream') {
        for await (const batch of inBatches(decodeTreeStream(found.content))) yield this.#pick(batch, place);
      } else if (this.#picker === undefined || place.path.length > MAX_PREFIX_BYTES) {
        yield this.#pick(decodeTree(found.content), place);
      } else yield* this.#pickRows(this.#picker, found.content, place);
    } catch (error) {
      throw treeFault(id, error);
    }
  }

  #pick(entries: readonly TreeEntry[], place: Place): Picked {
    const picked = new PickedEntries();
    for (const entry of entries) {
      place.sumBytes += entry.sizeBytes;
      const isWanted = this.#isWanted(entry);
      if (!isWanted && entry.kind !== 'folder') continue;
      picked.pick({ path: joinPath(place.path, entry.name), depth: place.depth, entry }, isWanted);
    }
    return checked(picked, place);
  }

  /** All that is picked of a tree, before any of it is handed on: other trees take its place in the kernel. */
  #pickRows(picker: TreePicker, bytes: Uint8Array, place: Place): Picked[] {
    const all: Picked[] = [];
    const tree = { bytes, path: place.path, depth: place.depth };
    picker.open(bytes, joinPath(place.path, NOTHING));
    let count = picker.next();
    for (; count > 0; count = picker.next()) {
      for (const [at, { prefix }] of this.#conditions.entries())
        picker.judge(prefix, (value) => this.#judges[at]!.wants(value));
      const picks = picker.pick(this.#minBytes);
      place.sumBytes += picks.sumBytes;
      if (picks.count > 0) all.push(checked(new PickedRows(tree, picks), place));
    }
    if (count < 0) decodeTree(bytes); // which says what is wrong
    return all;
  }
}

/** Where the longest name could not be too much, nothing is looked at. @throws CorruptError `TREE_TOO_DEEP` */
function checked(picked: Picked, { path, depth }: Place): Picked {
  const isNearLimit = depth >= MAX_DEPTH || path.length + 1 + MAX_NAME_BYTES > MAX_PATH_BYTES;
  if (isNearLimit) for (let at = 0; at < picked.length; at++) checkDepth(picked.entryOf(at));
  return picked;
}
