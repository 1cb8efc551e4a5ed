/** The folders from the target down to where an export is, each held from the first time that something in it is written. */
import type { ArchiveMember } from './archive-members.ts';
import type { HeldFolder } from './held-folder.ts';

interface Level {
  /** Absent for the target itself. */
  readonly member: ArchiveMember | undefined;
  /** Absent until it was entered. */
  folder: HeldFolder | undefined;
  isChanged: boolean;
}

/** Told of a folder in which something changed, once all in it is done. @param parent where it is */
export type LeaveListener = (left: ArchiveMember, parent: HeldFolder) => Promise<void>;

export class FolderStack implements Disposable {
  readonly #levels: Level[];
  readonly #onLeave: LeaveListener;

  constructor(target: HeldFolder, onLeave: LeaveListener) {
    this.#levels = [{ member: undefined, folder: target, isChanged: false }];
    this.#onLeave = onLeave;
  }

  /** Goes on to the next member in order; the folders that it is not in are left. */
  async goTo(member: ArchiveMember): Promise<void> {
    await this.#leaveTo(member.depth);
  }

  /** The folder that the member is in, entered by now. */
  async hold(): Promise<HeldFolder> {
    let above = this.#levels[0]!.folder!;
    for (const level of this.#levels) {
      level.folder ??= await above.enter(level.member!.walked.entry.name);
      above = level.folder;
    }
    return above;
  }

  /** Something in the folder that the member is in was written. */
  noteChange(): void {
    this.#levels.at(-1)!.isChanged = true;
  }

  /** The next members may be in `folder`, which is the member that was gone to. */
  push(folder: ArchiveMember): void {
    this.#levels.push({ member: folder, folder: undefined, isChanged: false });
  }

  /** Leaves all but the target, which is checked a last time. */
  async finish(): Promise<void> {
    await this.#leaveTo(1);
    await this.#levels[0]!.folder!.check();
  }

  [Symbol.dispose](): void {
    for (const { folder } of this.#levels.splice(0)) folder?.release();
  }

  async #leaveTo(depth: number): Promise<void> {
    while (this.#levels.length > depth) {
      const { folder, member, isChanged } = this.#levels.pop()!;
      if (folder === undefined) continue;
      try {
        await folder.checkName(member!.path);
      } finally {
        folder.release();
      }
      if (isChanged) await this.#onLeave(member!, this.#levels.at(-1)!.folder!);
    }
  }
}
