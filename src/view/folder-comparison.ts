/**
 * The members of an export beside what is in a folder: tells what differs, takes away what is too much, and hands on
 * what is to be written. Both are met in ascending order, so that no more is held than listings of the folders that
 * are open.
 */
import { compareBytes } from '../bytes/compare.ts';
import type { FileKind, FileStat, FolderEntry } from '../files/file-system.ts';
import { joinPath } from '../tree/walk.ts';
import type { ArchiveMember } from './archive-members.ts';
import { listSorted, type RemovalContext, removeExtra } from './extra-members.ts';
import { occupied } from './folder-writer.ts';
import type { HeldFolder } from './held-folder.ts';
import { type MemberPass, passOf } from './member-passes.ts';
import { namingFailures } from './naming-failures.ts';
import { holdsEntry } from './same-entry.ts';

export interface ComparisonContext extends RemovalContext {
  readonly pass: MemberPass;
  /** What becomes of what is in the folder and not among the members. */
  readonly extra: 'keep' | 'remove';
  /** How many names every path has before its path in the tree: what lies beside these is left alone. */
  readonly prefixNames: number;
  /** Told of every member of the pass that is no folder, and of folders that are made. */
  readonly onMember: (member: ArchiveMember, state: MemberState) => void;
}

/** What a member is beside the folder. */
export type MemberState = 'added' | 'changed' | 'same';

interface Level {
  /** Absent for the target. */
  readonly member: ArchiveMember | undefined;
  /** Absent where there is no such folder yet. */
  readonly folder: HeldFolder | undefined;
  /** What is in it, ascending by name. */
  readonly found: readonly FolderEntry[];
  next: number;
  /** Whether anything in it was removed. */
  isChanged: boolean;
}

const NOTHING = new Uint8Array(0);

export class FolderComparison implements Disposable {
  readonly #context: ComparisonContext;
  readonly #levels: Level[] = [];

  constructor(context: ComparisonContext) {
    this.#context = context;
  }

  /**
   * @param members all of them, whatever the pass
   * @param target where they go; `undefined` where that is not there yet
   * @returns those that are to be written, and all folders
   * @throws RefusedError `PATH_OCCUPIED` for what may not be removed, and stands where a member goes
   */
  async *differing(
    members: AsyncIterable<ArchiveMember>,
    target: HeldFolder | undefined,
  ): AsyncGenerator<ArchiveMember> {
    await this.#push(undefined, target);
    for await (const member of members) {
      const isWanted = await namingFailures({ action: 'compare', path: member.path }, () =>
        this.#meet(member),
      );
      if (isWanted) yield member;
    }
    await this.#leaveTo(0);
  }

  [Symbol.dispose](): void {
    for (const { folder } of this.#levels.splice(0)) folder?.release();
  }

  /** @returns whether it is to be written, or is a folder */
  async #meet(member: ArchiveMember): Promise<boolean> {
    await this.#leaveTo(member.depth);
    const level = this.#levels.at(-1)!;
    const { entry } = member.walked;
    await this.#passTo(level, entry.name);
    const isListed = level.next < level.found.length && this.#isNext(level, entry.name);
    if (isListed) level.next++;
    const isFolder = entry.kind === 'folder';
    if (!isFolder && passOf(member) !== this.#context.pass) return false;
    const stat = isListed ? await this.#context.files.stat(level.folder!.pathOf(entry.name)) : undefined;
    if (isFolder) await this.#meetFolder(level, member, stat);
    return isFolder || this.#meetLeaf(level, member, stat);
  }

  async #meetFolder(level: Level, member: ArchiveMember, stat: FileStat | undefined): Promise<void> {
    const isThere = stat?.kind === 'folder';
    if (!isThere && this.#context.pass === 'files') {
      if (stat !== undefined) await this.#clear(level, member, stat.kind);
      this.#context.onMember(member, 'added');
    }
    await this.#push(member, isThere ? await level.folder!.enter(member.walked.entry.name) : undefined);
  }

  async #meetLeaf(level: Level, member: ArchiveMember, stat: FileStat | undefined): Promise<boolean> {
    const { entry } = member.walked;
    const givesWay = stat?.kind === 'file' || stat?.kind === 'symlink';
    if (stat !== undefined && !givesWay) await this.#clear(level, member, stat.kind);
    const path = level.folder?.pathOf(entry.name);
    const isSame = givesWay && (await holdsEntry(this.#context.files, { path: path!, stat }, entry));
    this.#context.onMember(member, isSame ? 'same' : givesWay ? 'changed' : 'added');
    return !isSame;
  }

  /** Makes place for a member. @throws RefusedError `PATH_OCCUPIED` */
  async #clear(level: Level, { path, walked }: ArchiveMember, kind: FileKind): Promise<void> {
    const { name } = walked.entry;
    const { extra } = this.#context;
    if (extra === 'keep' || !(await this.#remove(level, { name, kind }))) throw occupied(path, kind);
  }

  #isNext({ found, next }: Level, name: Uint8Array): boolean {
    return compareBytes(found[next]!.name, name) === 0;
  }

  /** Sees to what is in the folder before `name`, and no member: to all that is left, where there is none. */
  async #passTo(level: Level, name: Uint8Array | undefined): Promise<void> {
    const { pass, extra, prefixNames } = this.#context;
    const isRemoved = pass === 'files' && extra === 'remove' && this.#levels.length > prefixNames;
    for (let found = level.found[level.next]; found !== undefined; found = level.found[level.next]) {
      if (name !== undefined && compareBytes(found.name, name) >= 0) return;
      level.next++;
      if (isRemoved) await this.#remove(level, found);
    }
  }

  async #remove(level: Level, entry: FolderEntry): Promise<boolean> {
    const { member, folder } = level;
    const isInTree = this.#levels.length > this.#context.prefixNames + 1;
    const path = joinPath(member?.path ?? NOTHING, entry.name);
    const treePath = joinPath(isInTree ? member!.walked.path : NOTHING, entry.name);
    const extra = { ...entry, parent: folder!, path, treePath };
    const isGone = await namingFailures({ action: 'remove', path }, () => removeExtra(extra, this.#context));
    level.isChanged ||= isGone;
    return isGone;
  }

  async #push(member: ArchiveMember | undefined, folder: HeldFolder | undefined): Promise<void> {
    const level = { member, folder, next: 0, isChanged: false };
    this.#levels.push({ ...level, found: [] }); // held from here on, whatever listing it does
    if (folder === undefined) return;
    this.#levels[this.#levels.length - 1] = {
      ...level,
      found: await listSorted(this.#context.files, folder),
    };
  }

  async #leaveTo(depth: number): Promise<void> {
    for (let level = this.#levels.at(-1)!; this.#levels.length > depth; level = this.#levels.at(-1)!) {
      await this.#passTo(level, undefined);
      this.#levels.pop();
      level.folder?.release();
      if (level.isChanged) await this.#setTime(level.member);
    }
  }

  /** What was removed has changed the folder's time; the target keeps that, as it does when it is written to. */
  async #setTime(member: ArchiveMember | undefined): Promise<void> {
    const parent = this.#levels.at(-1)?.folder;
    if (member === undefined || parent === undefined || this.#context.mode === 'rehearse') return;
    await this.#context.files.touch(parent.pathOf(member.walked.entry.name), member.timeSeconds);
  }
}
