/**
 * A tree as a folder on disk, or in another volume.
 *
 * Nothing is ever written outside the target: each folder is held while it is written to, no symlink is followed,
 * and those of the tree are made last. A file is written under a name of its own, proved, and only then given its
 * name. On a failure that file is removed; what was finished before stays. Nothing is synced: an export can be
 * made again.
 */
import type { FileSystem } from '../files/file-system.ts';
import { nodeFiles } from '../files/node-files.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { type ArchiveMember, type ArchiveOptions, checkMembers, listMembers } from './archive-members.ts';
import { FolderStack } from './folder-stack.ts';
import { type FilledMember, type FolderSummary, FolderWriter } from './folder-writer.ts';
import { gatherMembers } from './gathered-members.ts';
import { type FolderGuard, type HeldFolder, holdFolder, strongestGuard } from './held-folder.ts';
import { type MemberContents, readMembers } from './member-contents.ts';
import { KIND } from './member-list.ts';
import { inPasses, type MemberPass, membersOf } from './member-passes.ts';
import { namingFailures } from './naming-failures.ts';
import { type ExistingMembers, prepareTarget } from './target-folder.ts';
import type { ViewedTree } from './viewed-tree.ts';

/** Where a folder is, and how it is written to. */
export interface TargetOptions extends ArchiveOptions {
  /** Where the folder is. @default the machine's own */
  readonly files?: FileSystem;
  /** @default the strongest that there is: see `strongestGuard` */
  readonly guard?: FolderGuard;
}

/** What is written into a folder, where, and what becomes of what is there. */
export interface FolderOptions extends TargetOptions {
  /**
   * `refuse`: the target must be empty, or not there. `replace`: a file or symlink gives way to one of the tree at
   * the same path, and everything else stays. @default 'refuse'
   */
  readonly existing?: ExistingMembers;
}

/**
 * Writes all of `tree`, or what is chosen of it, into `folder`, which is made where there is none. Modes are 0644, or
 * 0755 for what may be executed and for folders, less the umask; every entry has its time in the tree; attributes are
 * left behind.
 *
 * @throws RefusedError `TARGET_NOT_EMPTY`, `PATH_OCCUPIED`, `NOT_PORTABLE`, `NAME_NOT_TEXT` where a volume would merge names
 * @throws InvalidInputError `FOLDER_NOT_FOUND`, `NOT_A_FOLDER`, `PATH_INVALID` @throws NotFoundError `NOTHING_CHOSEN`
 * @throws CorruptError, NotFoundError as `readMembers` and `walkTree` do
 * @throws SystemError `FOLDER_REPLACED`, `NAME_TOO_LONG`, `NAME_INVALID`, and what else the file system says
 */
export async function writeFolder(
  tree: ViewedTree,
  folder: string,
  options: FolderOptions = {},
): Promise<FolderSummary> {
  const { existing = 'refuse', files = nodeFiles(), onProgress, signal } = options;
  const { guard = strongestGuard(files) } = options;
  await checkMembers(tree, options);
  const target = await prepareTarget(files, folder, existing);
  const writer = new FolderWriter({ files, existing, ...(onProgress && { onProgress }) });
  await inPasses(
    () => listMembers(tree, options),
    async (members, pass) => {
      const place = { pass, writer, target: await holdFolder(files, target, guard) };
      await writeMembers(tree.objects, membersOf(pass, members), { ...place, ...(signal && { signal }) });
    },
  );
  return writer.finish();
}

/** Writes `members`, which come with the folders that they are in, into the folder that is held; lets it go. */
export async function writeMembers(
  objects: ObjectReader,
  members: AsyncIterable<ArchiveMember>,
  { writer, target, pass, signal }: WritePlace,
): Promise<void> {
  using stack = new FolderStack(target, (left, parent) =>
    writer.setTime(parent.pathOf(left.walked.entry.name), left),
  );
  for await (const contents of readMembers(objects, gatherMembers(members))) {
    for (let number = contents.from; number < contents.to; number++) {
      const member = await fill(contents, number);
      signal?.throwIfAborted();
      await namingFailures({ action: 'write', path: member.path }, async () => {
        await stack.goTo(member);
        const isFolder = member.walked.entry.kind === 'folder';
        const isThere = isFolder && pass === 'symlinks'; // made in the pass before
        if (!isThere && (await writer.write(member, await stack.hold()))) stack.noteChange();
        if (isFolder) stack.push(member);
      });
    }
  }
  await stack.finish();
}

async function fill(contents: MemberContents, number: number): Promise<FilledMember> {
  const { list } = contents;
  const walked = list.walkedAt(number);
  const { path, depth } = walked;
  const member = { path, depth, timeSeconds: list.times[number]!, walked };
  const kind = list.kinds[number];
  if (kind === KIND.folder) return { ...member, holds: undefined };
  if (kind === KIND.symlink)
    return { ...member, holds: { kind: 'whole', content: await contents.target(number) } };
  const content = contents.heldAt(number);
  return { ...member, holds: content ? { kind: 'whole', content } : await contents.open(number) };
}

export interface WritePlace {
  readonly writer: FolderWriter;
  readonly target: HeldFolder;
  readonly pass: MemberPass;
  readonly signal?: AbortSignal;
}
