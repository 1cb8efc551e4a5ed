/**
 * A folder that holds something already, made equal to a tree by touching only what differs: what has the same bytes,
 * and may be executed or not as it should, keeps its inode and its times.
 *
 * What is written is written as by `writeFolder`, each file under a name of its own first; nothing outside of the
 * folder is touched, and no symlink in it is followed.
 */
import type { FileKind } from '../files/file-system.ts';
import { nodeFiles } from '../files/node-files.ts';
import { type ArchiveMember, checkMembers, listMembers, prefixNames } from './archive-members.ts';
import { type ComparisonContext, FolderComparison, type MemberState } from './folder-comparison.ts';
import { type FolderSummary, FolderWriter } from './folder-writer.ts';
import { type HeldFolder, holdFolder, strongestGuard } from './held-folder.ts';
import { inPasses } from './member-passes.ts';
import { fileKindOf, Selection } from './selection.ts';
import { prepareTarget } from './target-folder.ts';
import { type TargetOptions, writeMembers } from './to-folder.ts';
import type { ViewedTree } from './viewed-tree.ts';

/** How a folder is made equal to a tree. */
export interface UpdateOptions extends TargetOptions {
  /**
   * What becomes of what is in the folder and not in the tree. `remove` removes as much of it as `include` and `exclude`
   * choose, and nothing named `.cas`; what stands in the way of an entry is only removed so. @default 'keep'
   */
  readonly extra?: 'keep' | 'remove';
  /** `rehearse` tells of all that would be done, and does none of it. @default 'write' */
  readonly mode?: 'write' | 'rehearse';
  readonly onChange?: (change: FolderChange) => void;
}

/** What is done to a folder, or would be. */
export interface FolderChange {
  readonly kind: 'added' | 'changed' | 'removed';
  /** From the folder on, names joined by `/`. */
  readonly path: Uint8Array;
  readonly what: FileKind;
}

/** What was written, and what was not. */
export interface UpdateSummary extends FolderSummary {
  /** Files and symlinks that were as they should be. */
  readonly unchanged: number;
  /** Whatever it was, folders too. */
  readonly removed: number;
}

/**
 * Makes `folder` equal to `tree`, or to what is chosen of it; it is made where there is none. Modes, but for whether a
 * file may be executed, and times are not compared.
 *
 * @throws RefusedError `PATH_OCCUPIED` for what may not be removed and stands where an entry goes
 * @throws as `writeFolder`, but for `TARGET_NOT_EMPTY`
 */
export async function updateFolder(
  tree: ViewedTree,
  folder: string,
  options: UpdateOptions = {},
): Promise<UpdateSummary> {
  const { mode = 'write', files = nodeFiles(), signal } = options;
  const { guard = strongestGuard(files) } = options;
  await checkMembers(tree, options);
  const isThere = mode === 'write' || (await files.stat(folder)) !== undefined;
  const target = isThere ? await prepareTarget(files, folder, 'replace') : undefined;
  const tally = new UpdateTally(options);
  const writer = new FolderWriter({ files, existing: 'replace' });
  await inPasses(
    () => listMembers(tree, options),
    async (members, pass) => {
      using comparison = new FolderComparison({ ...contextOf(options, tally), files, mode, pass });
      const hold = (path: string): Promise<HeldFolder> => holdFolder(files, path, guard);
      const differing = comparison.differing(members, target === undefined ? undefined : await hold(target));
      if (mode === 'rehearse' || target === undefined) {
        for await (const _ of differing) signal?.throwIfAborted();
        return;
      }
      const place = { pass, writer, target: await hold(target), ...(signal && { signal }) };
      await writeMembers(tree.objects, differing, place);
    },
  );
  return tally.finish();
}

function contextOf(
  options: UpdateOptions,
  tally: UpdateTally,
): Omit<ComparisonContext, 'files' | 'mode' | 'pass'> {
  return {
    extra: options.extra ?? 'keep',
    selection: new Selection(options),
    prefixNames: prefixNames(options).length,
    onMember: (member, state) => tally.addMember(member, state),
    onRemove: (path, what) => tally.addRemoved(path, what),
  };
}

/** What was done so far, and who is told of it. */
class UpdateTally {
  readonly #options: Pick<UpdateOptions, 'onChange' | 'onProgress'>;
  readonly #count = { files: 0, folders: 0, symlinks: 0, bytes: 0, unchanged: 0, removed: 0 };
  #met = 0;

  constructor(options: Pick<UpdateOptions, 'onChange' | 'onProgress'>) {
    this.#options = options;
  }

  addMember({ path, walked }: ArchiveMember, state: MemberState): void {
    const what = fileKindOf(walked);
    if (++this.#met % PROGRESS_MEMBERS === 0) this.#report();
    if (state === 'same') {
      this.#count.unchanged++;
      return;
    }
    this.#count[COUNTED[what]]++;
    if (what === 'file') this.#count.bytes += walked.entry.sizeBytes;
    this.#options.onChange?.({ kind: state, path, what });
  }

  addRemoved(path: Uint8Array, what: FileKind): void {
    this.#count.removed++;
    this.#options.onChange?.({ kind: 'removed', path, what });
  }

  finish(): UpdateSummary {
    this.#report(this.#met);
    return { ...this.#count };
  }

  #report(total?: number): void {
    const { bytes } = this.#count;
    const soFar = { phase: 'comparing', done: this.#met, unit: 'entries', bytes } as const;
    this.#options.onProgress?.({ ...soFar, ...(total !== undefined && { total }) });
  }
}

const PROGRESS_MEMBERS = 1000;
const COUNTED = { file: 'files', folder: 'folders', symlink: 'symlinks' } as const;
