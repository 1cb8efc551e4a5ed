/** The members of an archive in order: folders before what is in them, those that a prefix makes included. */
import { encodeText, formatName } from '../bytes/text.ts';
import { InvalidInputError } from '../errors/errors.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { NO_ATTRIBUTES } from '../object/attributes.ts';
import { MAX_DEPTH, MAX_PATH_BYTES, parsePath } from '../object/tree-entry.ts';
import { joinPath, type WalkedEntry, walkTree } from '../tree/walk.ts';
import { checkPortable } from './portable.ts';
import type { ViewedTree } from './viewed-tree.ts';

const PROGRESS_ENTRIES = 1000;

export interface ArchiveOptions {
  /** A path that everything is put below, such as `app-1.0/`; folders on it become members. @default '' */
  readonly prefix?: string | Uint8Array;
  /** `portable` refuses what some system would merge, misread or not hold, before the first byte. @default 'posix' */
  readonly profile?: 'posix' | 'portable';
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** An entry of the tree, or of its prefix, under the path that it has in the archive. */
export interface ArchiveMember {
  /** Without a slash at its end. */
  readonly path: Uint8Array;
  /** As it lies in the tree, for what is said of it. */
  readonly walked: WalkedEntry;
}

export function isFile({ entry }: WalkedEntry): boolean {
  return entry.kind === 'file' || entry.kind === 'executable';
}

/**
 * @throws InvalidInputError `PATH_INVALID` for a bad prefix, or a path that it makes too long
 * @throws RefusedError `NOT_PORTABLE` @throws CorruptError as `walkTree`
 */
export async function* walkMembers(
  tree: ViewedTree,
  options: ArchiveOptions = {},
): AsyncGenerator<ArchiveMember> {
  const { onProgress, profile = 'posix' } = options;
  if (profile === 'portable') await checkPortable(walkedMembers(tree, options), tree.objects);
  let done = 0;
  for await (const member of listMembers(tree, options)) {
    yield member;
    if (++done % PROGRESS_ENTRIES === 0) onProgress?.({ phase: 'writing', done, unit: 'entries' });
  }
  onProgress?.({ phase: 'writing', done, total: done, unit: 'entries' });
}

/** The members as a walk of the whole archive would meet them. */
async function* walkedMembers(tree: ViewedTree, options: ArchiveOptions): AsyncGenerator<WalkedEntry> {
  const above = prefixNames(options).length;
  let prefixed = 0;
  for await (const { path, walked } of listMembers(tree, options))
    yield { ...walked, path, depth: prefixed < above ? ++prefixed : walked.depth + above };
}

/** What stands in the archive, without a word of how far it is; asked for twice it is the same. */
export async function* listMembers(
  { objects, treeId }: ViewedTree,
  options: ArchiveOptions,
): AsyncGenerator<ArchiveMember> {
  const names = prefixNames(options);
  let above: Uint8Array = new Uint8Array(0);
  for (const name of names) {
    above = joinPath(above, name);
    const entry = { name, kind: 'folder', sizeBytes: 0, id: treeId, attributes: NO_ATTRIBUTES } as const;
    yield { path: above, walked: { path: above, depth: 1, entry } };
  }
  for await (const walked of walkTree(objects, treeId)) {
    options.signal?.throwIfAborted();
    const path = joinPath(above, walked.path);
    checkPath(path, walked.depth + names.length);
    yield { path, walked };
  }
}

function prefixNames({ prefix = '' }: ArchiveOptions): readonly Uint8Array[] {
  return parsePath(typeof prefix === 'string' ? encodeText(prefix) : prefix);
}

function checkPath(path: Uint8Array, depth: number): void {
  if (path.length <= MAX_PATH_BYTES && depth <= MAX_DEPTH) return;
  throw new InvalidInputError(
    'PATH_INVALID',
    `'${formatName(path.subarray(0, 80))}…' is too long with its prefix`,
    { hint: 'use a shorter prefix' },
  );
}
