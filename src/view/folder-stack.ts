/** The folders from the target down to where a walk is, each held. */

import type { WalkedEntry } from '../tree/walk.ts';
import type { HeldFolder } from './held-folder.ts';

interface Level {
  readonly folder: HeldFolder;
  /** Absent for the target itself. */
  readonly entered: WalkedEntry | undefined;
}

/** Told of a folder once the walk has left it. @param parent where it is */
export type LeaveListener = (left: WalkedEntry, parent: HeldFolder) => Promise<void>;

export class FolderStack implements Disposable {
  readonly #levels: Level[];
  readonly #onLeave: LeaveListener;

  constructor(target: HeldFolder, onLeave: LeaveListener = async () => {}) {
    this.#levels = [{ folder: target, entered: undefined }];
    this.#onLeave = onLeave;
  }

  /** The folder that `walked`, the next entry of the walk, is in; those that the walk has left are let go. */
  async parentOf(walked: WalkedEntry): Promise<HeldFolder> {
    await this.#leaveTo(walked.depth);
    return this.#levels.at(-1)!.folder;
  }

  /** Enters a folder of the one that {@link FolderStack.parentOf} gave just before. */
  async enter(walked: WalkedEntry): Promise<void> {
    const folder = await this.#levels.at(-1)!.folder.enter(walked.entry.name);
    this.#levels.push({ folder, entered: walked });
  }

  /** Leaves all but the target, which is checked a last time. */
  async finish(): Promise<void> {
    await this.#leaveTo(1);
    await this.#levels[0]!.folder.check();
  }

  [Symbol.dispose](): void {
    for (const { folder } of this.#levels.splice(0)) folder.release();
  }

  async #leaveTo(depth: number): Promise<void> {
    while (this.#levels.length > depth) {
      const { folder, entered } = this.#levels.pop()!;
      try {
        await folder.check();
      } finally {
        folder.release();
      }
      if (entered !== undefined) await this.#onLeave(entered, this.#levels.at(-1)!.folder);
    }
  }
}
