/** Where attacks take place. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Ground } from './attack.ts';

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
