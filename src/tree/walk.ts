/** Everything below a tree, folders before what is in them, names ascending in each. */
import { concatBytes } from '../bytes/concat.ts';
import { formatName } from '../bytes/text.ts';
import { CorruptError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { MAX_DEPTH, MAX_PATH_BYTES, type TreeEntry } from '../object/tree-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { walkEntries } from './read-tree.ts';

export interface WalkedEntry {
  /** From the root of the walk, names joined by `/`. */
  readonly path: Uint8Array;
  /** 1 for a member of the root. */
  readonly depth: number;
  readonly entry: TreeEntry;
}

export interface WalkOptions {
  /** Whether to go into a folder. @default into every one */
  readonly enters?: (folder: WalkedEntry) => boolean;
}

const SLASH = new Uint8Array([0x2f]);

interface OpenFolder {
  readonly path: Uint8Array;
  readonly entries: AsyncIterator<TreeEntry>;
  /** What the parent says this folder holds; absent for the root. */
  readonly claimedBytes: number | undefined;
  sumBytes: number;
}

/**
 * Lists lazily: a tree is read when the walk comes to it.
 *
 * @throws CorruptError `TREE_SIZE_WRONG` at the end of a folder whose parent gives another sum; `TREE_TOO_DEEP`
 * past 1,000 names or 4,095 bytes; and as `readTree`
 */
export async function* walkTree(
  objects: ObjectReader,
  root: ObjectId,
  options: WalkOptions = {},
): AsyncGenerator<WalkedEntry> {
  const { enters = () => true } = options;
  const stack: OpenFolder[] = [openFolder(objects, { id: root, path: new Uint8Array(0) })];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const next = await top.entries.next();
    if (next.done === true) {
      checkSum(top);
      stack.pop();
      continue;
    }
    const entry = next.value;
    top.sumBytes += entry.sizeBytes;
    const walked = { path: joinPath(top.path, entry.name), depth: stack.length, entry };
    checkDepth(walked);
    yield walked;
    if (entry.kind === 'folder' && enters(walked))
      stack.push(openFolder(objects, { ...entry, path: walked.path }));
  }
}

/** @param parent empty for the root */
export function joinPath(parent: Uint8Array, name: Uint8Array): Uint8Array {
  return parent.length === 0 ? name : concatBytes([parent, SLASH, name]);
}

function openFolder(
  objects: ObjectReader,
  { id, path, sizeBytes }: { readonly id: ObjectId; readonly path: Uint8Array; readonly sizeBytes?: number },
): OpenFolder {
  return { path, entries: walkEntries(objects, id), claimedBytes: sizeBytes, sumBytes: 0 };
}

/** @throws CorruptError `TREE_SIZE_WRONG` where a folder holds another sum than its parent says */
export function checkSum({
  path,
  claimedBytes,
  sumBytes,
}: Pick<OpenFolder, 'path' | 'claimedBytes' | 'sumBytes'>): void {
  if (claimedBytes === undefined || claimedBytes === sumBytes) return;
  const shown = formatName(path);
  throw new CorruptError('TREE_SIZE_WRONG', `folder '${shown}' holds ${sumBytes} bytes, not ${claimedBytes}`);
}

/** @throws CorruptError `TREE_TOO_DEEP` */
export function checkDepth({ path, depth }: Pick<WalkedEntry, 'path' | 'depth'>): void {
  if (depth > MAX_DEPTH || path.length > MAX_PATH_BYTES) throw tooDeep(path);
}

/** The error for a path that no set has. */
export function tooDeep(path: Uint8Array): CorruptError {
  const shown = formatName(path.subarray(0, 80));
  return new CorruptError('TREE_TOO_DEEP', `path '${shown}…' is too deep or too long`);
}
