/** Where attacks take place. */
import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ground } from './attack.ts';

/** Memory where there is enough of it: disks in files are made, and thrown away, all the time. */
export function scratchPlace(): string {
  const memory = '/dev/shm';
  const { bavail, bsize } = existsSync(memory) ? statfsSync(memory) : { bavail: 0, bsize: 0 };
  return bavail * bsize > 2 ** 30 ? memory : tmpdir();
}

/** A folder of its own for each attack, removed at the end. */
export class Grounds implements Disposable {
  readonly #folder: string;
  readonly #from: { readonly programs: string; readonly sources: string };

  /**
   * @param within where scratch files go
   * @param from the folder of the built programs, and that of the sources of attacks
   */
  constructor(within: string, from: { readonly programs: string; readonly sources: string }) {
    this.#folder = mkdtempSync(join(within, 'caskit-torture-'));
    this.#from = from;
  }

  /** Another one each time. */
  next(): Ground {
    return {
      folder: mkdtempSync(join(this.#folder, 'ground-')),
      program: (name) => join(this.#from.programs, `${name}.cjs`),
      source: (name) => join(this.#from.sources, name),
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
