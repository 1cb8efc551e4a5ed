/** Whether what is written to a folder stays in it. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { differencesOf, type FolderImage, imageOfFolder } from './folder-image.ts';

/** A folder beside a target; nothing that is written to the target may touch it. */
export class Canary {
  readonly folder: string;
  readonly #before: FolderImage;
  readonly #top: string;

  /** @param top where it is made, and the target; nothing else may come to be there */
  constructor(top: string) {
    this.#top = top;
    this.folder = join(top, 'canary');
    mkdirSync(join(this.folder, 'deep'), { recursive: true });
    writeFileSync(join(this.folder, 'secret'), 'nobody else may write here');
    writeFileSync(join(this.folder, 'deep/x'), 'nor here');
    this.#before = imageOfFolder(this.folder, { touches: true });
  }

  /** @param known what else may be beside it. @returns what was done to it, or beside it; empty where nothing was */
  findHarm(known: readonly string[]): string[] {
    const beside = readdirSync(this.#top).filter((name) => name !== 'canary' && !known.includes(name));
    return [
      ...differencesOf(this.#before, imageOfFolder(this.folder, { touches: true })),
      ...beside.map((name) => `${JSON.stringify(name)} was made outside of the target`),
    ];
  }
}
