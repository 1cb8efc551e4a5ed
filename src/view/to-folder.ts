/**
 * A tree as a folder on disk, or in another volume.
 *
 * Nothing is ever written outside the target: each folder is held while it is written to, no symlink is followed,
 * and those of the tree are made last. A file is written under a name of its own, proved, and only then given its
 * name. On a failure that file is removed; what was finished before stays. Nothing is synced: an export can be
 * made again.
 */
import { SystemError } from '../errors/errors.ts';
import { fileError } from '../files/file-error.ts';
import type { FileSystem } from '../files/file-system.ts';
import { nodeFiles } from '../files/node-files.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { type WalkedEntry, walkTree } from '../tree/walk.ts';
import { FolderStack, type LeaveListener } from './folder-stack.ts';
import { type FolderSummary, FolderWriter } from './folder-writer.ts';
import { type FolderGuard, type HeldFolder, holdFolder, strongestGuard } from './held-folder.ts';
import { checkPortable } from './portable.ts';
import { type ExistingMembers, prepareTarget } from './target-folder.ts';
import type { ViewedTree } from './viewed-tree.ts';

export interface FolderOptions {
  /**
   * `refuse`: the target must be empty, or not there. `replace`: a file or symlink gives way to one of the tree at
   * the same path, and everything else stays. @default 'refuse'
   */
  readonly existing?: ExistingMembers;
  /** `portable` refuses what some system would merge, misread or not hold, before it writes. @default 'posix' */
  readonly profile?: 'posix' | 'portable';
  /** Where the folder is. @default the machine's own */
  readonly files?: FileSystem;
  /** @default the strongest that there is: see `strongestGuard` */
  readonly guard?: FolderGuard;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/**
 * Writes all of `tree` into `folder`, which is made where there is none. Modes are 0644, or 0755 for what may be
 * executed and for folders, less the umask; every entry has the tree's time; attributes are left behind.
 *
 * @throws RefusedError `TARGET_NOT_EMPTY`, `PATH_OCCUPIED`, `NOT_PORTABLE`, `NAME_NOT_TEXT` where a volume would merge names
 * @throws InvalidInputError `FOLDER_NOT_FOUND`, `NOT_A_FOLDER`
 * @throws CorruptError, NotFoundError as `openContent`, `readTarget` and `walkTree` do
 * @throws SystemError `FOLDER_REPLACED`, `NAME_TOO_LONG`, `NAME_INVALID`, and what else the file system says
 */
export async function writeFolder(
  tree: ViewedTree,
  folder: string,
  options: FolderOptions = {},
): Promise<FolderSummary> {
  const { existing = 'refuse', profile = 'posix', files = nodeFiles(), onProgress, signal } = options;
  const { guard = strongestGuard(files) } = options;
  if (profile === 'portable') await checkPortable(walkTree(tree.objects, tree.treeId), tree.objects);
  const target = await prepareTarget(files, folder, existing);
  const writer = new FolderWriter(tree, { files, existing, ...(onProgress && { onProgress }) });
  await walkFolders(tree, await holdFolder(files, target, guard), {
    visit: (walked, parent) => writer.writeMember(walked, parent),
    ...(signal && { signal }),
  });
  // Symlinks last, so that none is there while anything else is written; then what they changed: folders' times.
  await walkFolders(tree, await holdFolder(files, target, guard), {
    visit: (walked, parent) => writer.writeSymlink(walked, parent),
    leave: (walked, parent) => writer.setTime(parent.pathOf(walked.entry.name)),
    ...(signal && { signal }),
  });
  return writer.finish();
}

interface FolderVisit {
  readonly visit: (walked: WalkedEntry, parent: HeldFolder) => Promise<void>;
  readonly leave?: LeaveListener;
  readonly signal?: AbortSignal;
}

/** Walks the tree and the folders that were made of it side by side. */
async function walkFolders(
  { objects, treeId }: ViewedTree,
  target: HeldFolder,
  { visit, leave, signal }: FolderVisit,
): Promise<void> {
  using stack = new FolderStack(target, leave);
  for await (const walked of walkTree(objects, treeId)) {
    signal?.throwIfAborted();
    await naming(walked.path, async () => {
      await visit(walked, await stack.parentOf(walked));
      if (walked.entry.kind === 'folder') await stack.enter(walked);
    });
  }
  await stack.finish();
}

/** Failures of the file system, as they are of a path in the tree, and not of the folder that is held. */
async function naming(path: Uint8Array, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw error instanceof SystemError && error.cause !== undefined
      ? fileError(error.cause, 'write', path)
      : error;
  }
}
