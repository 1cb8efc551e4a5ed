/** What a program holds in memory, or makes as it goes, as what is committed; and a tree that is stored already. */
import { encodeText, escapeText, formatName } from '../bytes/text.ts';
import { InvalidInputError, RefusedError } from '../errors/errors.ts';
import { type ByteSource, collectBytes, toByteStream } from '../flow/byte-stream.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { type Attributes, checkAttributes, NO_ATTRIBUTES } from '../object/attributes.ts';
import { MAX_PATH_BYTES, parsePath } from '../object/tree-entry.ts';
import type { ObjectWriter, StoredObject } from '../odb/object-store.ts';
import { putSource } from '../odb/put-source.ts';
import { objectNotFound } from '../odb/read-object.ts';
import type { CommitContents, CommitSource, CommitTarget } from '../store/commit-source.ts';
import { TreeBuilder } from '../tree/builder.ts';
import { walkTree } from '../tree/walk.ts';
import { ReadingProgress } from './reading-progress.ts';

interface Placed {
  /** From the root of the set, names joined by `/`; text is its UTF-8, and nothing in it is an escape. */
  readonly path: string | Uint8Array;
  /** @default none */
  readonly attributes?: Attributes;
}

export interface FileToCommit extends Placed {
  /** @default 'file' */
  readonly kind?: 'file' | 'executable';
  readonly content: ByteSource;
  /** The length of the content, where it is known: then a stream is not spooled first. */
  readonly sizeBytes?: number;
}

export interface SymlinkToCommit extends Placed {
  readonly kind: 'symlink';
  /** Its target: 1 to 4,095 bytes without NUL. */
  readonly content: ByteSource;
}

/** A folder, for one that is empty or has attributes: what lies in it makes the others by itself. */
export interface FolderToCommit extends Placed {
  readonly kind: 'folder';
}

/** One member of a set, at any depth. */
export type EntryToCommit = FileToCommit | SymlinkToCommit | FolderToCommit;

/** How entries are committed. */
export interface EntriesOptions {
  /** For the label log. @default 'entries' */
  readonly name?: string;
}

/**
 * Entries in any order; an `AsyncIterable` is asked for the next one when the one before is stored.
 *
 * @throws InvalidInputError `PATH_INVALID`, `PATH_CLASH` where two have one path or one lies below a file,
 *   `SYMLINK_INVALID`, `ATTRIBUTE_INVALID`, `ATTRIBUTES_TOO_LARGE`, `SIZE_MISMATCH`
 */
export function fromEntries(
  entries: Iterable<EntryToCommit> | AsyncIterable<EntryToCommit>,
  options: EntriesOptions = {},
): CommitSource {
  const { name = 'entries' } = options;
  return { name, write: (target) => writeEntries(entries, target) };
}

/**
 * A tree that the store has. All that it names is looked for, as the tree alone does not prove that it is there.
 *
 * @throws NotFoundError `OBJECT_NOT_FOUND` @throws CorruptError `TREE_INVALID` where it is no tree, and as `walkTree`
 */
export function fromTree(tree: ObjectId): CommitSource {
  return { name: tree, write: (target) => checkTree(tree, target) };
}

async function writeEntries(
  entries: Iterable<EntryToCommit> | AsyncIterable<EntryToCommit>,
  { objects, onProgress, signal }: CommitTarget,
): Promise<CommitContents> {
  const builder = new TreeBuilder();
  const progress = new ReadingProgress(onProgress);
  let leaves = 0;
  for await (const entry of entries) {
    signal?.throwIfAborted();
    const { attributes = NO_ATTRIBUTES } = entry;
    checkAttributes(attributes);
    const names = namesOf(entry);
    if (entry.kind === 'folder') builder.addFolder(names, attributes);
    else {
      const stored = await storeContent(objects, entry);
      builder.add(names, { kind: entry.kind ?? 'file', ...stored, attributes });
      leaves++;
      progress.addBytes(stored.sizeBytes);
      progress.addFiles(1);
    }
  }
  const root = await builder.write(objects);
  progress.finish();
  return { root, entries: leaves, skipped: [] };
}

function namesOf({ path, kind }: EntryToCommit): Uint8Array[] {
  if (typeof path === 'string' && !path.isWellFormed())
    throw new InvalidInputError('PATH_INVALID', `path '${escapeText(path)}' is not well-formed text`, {
      hint: 'give its bytes',
    });
  const names = parsePath(typeof path === 'string' ? encodeText(path) : path);
  if (names.length === 0 && kind !== 'folder')
    throw new InvalidInputError('PATH_INVALID', 'the root of a set can be nothing but a folder');
  return names;
}

async function storeContent(
  objects: ObjectWriter,
  entry: FileToCommit | SymlinkToCommit,
): Promise<StoredObject> {
  if (entry.kind === 'symlink') return putSource(objects, await collectTarget(entry));
  const { content, sizeBytes } = entry;
  return putSource(objects, content, sizeBytes === undefined ? {} : { sizeBytes });
}

async function collectTarget({ path, content }: SymlinkToCommit): Promise<Uint8Array> {
  let target: Uint8Array | undefined;
  try {
    target = await collectBytes(toByteStream(content), { maxBytes: MAX_PATH_BYTES });
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
  }
  if (target !== undefined && target.length > 0 && !target.includes(0)) return target;
  const shown = formatName(typeof path === 'string' ? encodeText(path) : path);
  throw new InvalidInputError(
    'SYMLINK_INVALID',
    `cannot commit symlink '${shown}': its target is empty, has a NUL or over ${MAX_PATH_BYTES} bytes`,
  );
}

async function checkTree(
  id: ObjectId,
  { objects, repository, signal }: CommitTarget,
): Promise<CommitContents> {
  const absent: ObjectId[] = [];
  let entries = 0;
  let sizeBytes = 0;
  for await (const { depth, entry } of walkTree(objects, id)) {
    signal?.throwIfAborted();
    if (depth === 1) sizeBytes += entry.sizeBytes;
    if (entry.kind === 'folder') continue;
    entries++;
    if (!(await objects.has(entry.id))) absent.push(entry.id);
  }
  if (absent.length > 0) await repository.promises.bring(absent);
  for (const missing of absent) if (!(await objects.has(missing))) throw objectNotFound(missing);
  return { root: { id, sizeBytes }, entries, skipped: [] };
}
