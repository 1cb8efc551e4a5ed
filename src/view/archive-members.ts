/** The members of an export in order: folders before what is in them, those that a prefix makes included. */
import { toByteString } from '../bytes/byte-string.ts';
import { encodeText, formatName } from '../bytes/text.ts';
import { InvalidInputError } from '../errors/errors.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { NO_ATTRIBUTES } from '../object/attributes.ts';
import { MAX_DEPTH, MAX_PATH_BYTES, parsePath } from '../object/tree-entry.ts';
import { joinPath, type WalkedEntry } from '../tree/walk.ts';
import { timeAt } from '../vfs/part-times.ts';
import type { PieceMemory } from './archive-blocks.ts';
import { checkPortable } from './portable.ts';
import { Selection, type SelectOptions, walkChosen } from './selection.ts';
import type { ViewedTree } from './viewed-tree.ts';

/** What of a tree is exported, and where to in what comes out. */
export interface MemberOptions extends SelectOptions {
  /** A path that everything is put below, such as `app-1.0/`; folders on it become members. @default '' */
  readonly prefix?: string | Uint8Array;
  /** `portable` refuses what some system would merge, misread or not hold, before the first byte. @default 'posix' */
  readonly profile?: 'posix' | 'portable';
  readonly signal?: AbortSignal;
}

/** What of a tree is exported, and who is told how far it is. */
export interface ArchiveOptions extends MemberOptions {
  /**
   * `lent` uses the memory of a piece again: for who is done with each before the second one after it is asked for.
   *
   * @default 'kept'
   */
  readonly pieces?: PieceMemory;
  readonly onProgress?: ProgressListener;
}

/** An entry of the tree, or of its prefix, under the path that it has in what is exported. */
export interface ArchiveMember {
  /** Without a slash at its end. */
  readonly path: Uint8Array;
  /** 1 for what lies at the top. */
  readonly depth: number;
  /** Whole, since 1970. */
  readonly timeSeconds: number;
  /** As it lies in the tree, for what is said of it. */
  readonly walked: WalkedEntry;
}

/** Whether there is anything, and all that the profile asks for, before anything is made. @throws as {@link listMembers} */
export async function checkMembers(tree: ViewedTree, options: MemberOptions): Promise<void> {
  if (!new Selection(options).isEverything) for await (const _ of walkChosen(tree, options)) break;
  if (options.profile === 'portable') await checkPortable(walkWhole(tree, options), tree.objects);
}

/** The members as a walk of all that comes out would meet them. */
async function* walkWhole(tree: ViewedTree, options: MemberOptions): AsyncGenerator<WalkedEntry> {
  for await (const { path, depth, walked } of listMembers(tree, options)) yield { ...walked, path, depth };
}

/**
 * What comes out, without a word of how far it is; asked for twice it is the same.
 *
 * @throws InvalidInputError `PATH_INVALID` for a bad prefix, or a path that it makes too long
 * @throws NotFoundError `NOTHING_CHOSEN` @throws RefusedError `NOT_PORTABLE` @throws CorruptError as `walkTree`
 */
export async function* listMembers(
  tree: ViewedTree,
  options: MemberOptions = {},
): AsyncGenerator<ArchiveMember> {
  const names = prefixNames(options);
  let above: Uint8Array = new Uint8Array(0);
  for (const [at, name] of names.entries()) {
    above = joinPath(above, name);
    const entry = { name, kind: 'folder', sizeBytes: 0, id: tree.treeId, attributes: NO_ATTRIBUTES } as const;
    const walked = { path: above, depth: at + 1, entry };
    yield { path: above, depth: at + 1, timeSeconds: tree.timeSeconds, walked };
  }
  for await (const walked of walkChosen(tree, options)) {
    options.signal?.throwIfAborted();
    const path = joinPath(above, walked.path);
    const depth = walked.depth + names.length;
    checkPath(path, depth);
    const timeSeconds =
      tree.partTimes === undefined ? tree.timeSeconds : timeAt(tree, toByteString(walked.path));
    yield { path, depth, timeSeconds, walked };
  }
}

/** The names that stand before every path. @throws InvalidInputError `PATH_INVALID` */
export function prefixNames({ prefix = '' }: MemberOptions): readonly Uint8Array[] {
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
