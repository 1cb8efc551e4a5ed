/** Where repairs put what is damaged: `.cas/lost/<milliseconds since 1970>/`, by its name in the store. Nothing goes from there. */
import { basename, dirname } from 'node:path';
import { publish } from '../files/publish.ts';
import type { Repository } from '../store/repository.ts';
import { sharedModes } from '../store/shared-modes.ts';

export class LostFiles {
  readonly #repository: Repository;
  #folder: string | undefined;

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  /**
   * Moves a file away, durably.
   *
   * @param path from the store's folder on
   * @returns where it is now, from the store's folder on; `undefined` where there was nothing
   */
  async take(path: string): Promise<string | undefined> {
    const { files, layout } = this.#repository;
    const from = `${layout.root}/${path}`;
    if ((await files.stat(from)) === undefined) return undefined;
    this.#folder ??= await this.#makeFolder();
    const to = `${this.#folder}/${nameOf(path)}`;
    await files.rename(from, to);
    await files.syncFolder(this.#folder);
    await files.syncFolder(dirname(from));
    return to.slice(layout.root.length + 1);
  }

  /** Puts a file back that was taken, durably, unless another is in its place by now. Both paths are from the store's folder on. */
  async giveBack(path: string, taken: string): Promise<void> {
    const { files, layout } = this.#repository;
    await publish(files, `${layout.root}/${taken}`, `${layout.root}/${path}`);
    await files.syncFolder(dirname(`${layout.root}/${path}`));
  }

  async #makeFolder(): Promise<string> {
    const { files, layout, config, now } = this.#repository;
    const modes = sharedModes(config.settings);
    let folder = layout.lost;
    await this.#make(folder, modes?.folder);
    for (let timeMs = now(); ; timeMs++) {
      folder = `${layout.lost}/${timeMs}`;
      if (await this.#make(folder, modes?.folder)) break;
    }
    await files.syncFolder(layout.lost);
    await files.syncFolder(layout.root);
    return folder;
  }

  async #make(folder: string, permissions: number | undefined): Promise<boolean> {
    const { files } = this.#repository;
    const isNew = await files.makeFolder(folder);
    if (isNew && permissions !== undefined) await files.setMode(folder, permissions);
    return isNew;
  }
}

/** Of a loose object, whose file has half of its id, all 64 digits. */
function nameOf(path: string): string {
  const folder = basename(dirname(path));
  return /^[0-9a-f]{2}$/.test(folder) ? folder + basename(path) : basename(path);
}
