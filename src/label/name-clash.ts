/**
 * Which names cannot stand beside each other: a label is never a folder of another, and no two are the same to
 * a file system that folds case. So a set of labels can always be laid out as files.
 */
import { InvalidInputError } from '../errors/errors.ts';
import type { LabelName } from './name.ts';

function clashError(name: LabelName, other: LabelName): InvalidInputError {
  return new InvalidInputError('LABEL_CLASH', `label '${name}' cannot stand beside label '${other}'`, {
    hint: 'choose a name that is no folder of another label, nor the same in another case',
  });
}

/** A set of names that answers at once whether another could join it. */
export class NameIndex {
  readonly #byFold = new Map<string, Set<LabelName>>();
  /** How many names lie in each folder. */
  readonly #folders = new Map<string, number>();

  add(name: LabelName): void {
    const fold = foldName(name);
    const same = this.#byFold.get(fold);
    if (same?.has(name)) return;
    if (same) same.add(name);
    else this.#byFold.set(fold, new Set([name]));
    for (const folder of foldersOf(fold)) this.#folders.set(folder, (this.#folders.get(folder) ?? 0) + 1);
  }

  remove(name: LabelName): void {
    const fold = foldName(name);
    const same = this.#byFold.get(fold);
    if (!same?.delete(name)) return;
    if (same.size === 0) this.#byFold.delete(fold);
    for (const folder of foldersOf(fold)) {
      const count = this.#folders.get(folder)! - 1;
      if (count === 0) this.#folders.delete(folder);
      else this.#folders.set(folder, count);
    }
  }

  /**
   * Whether all of `added` could join once all of `removed` have left; the set stays as it is.
   *
   * @throws InvalidInputError `LABEL_CLASH`
   */
  checkJoining(added: readonly LabelName[], removed: readonly LabelName[]): void {
    const joined: LabelName[] = [];
    for (const name of removed) this.remove(name);
    try {
      for (const name of added) {
        const other = this.clashOf(name);
        if (other !== undefined) throw clashError(name, other);
        this.add(name);
        joined.push(name);
      }
    } finally {
      for (const name of joined) this.remove(name);
      for (const name of removed) this.add(name);
    }
  }

  /** A name in here that `name` cannot stand beside. */
  clashOf(name: LabelName): LabelName | undefined {
    const fold = foldName(name);
    for (const place of [fold, ...foldersOf(fold)]) {
      for (const other of this.#byFold.get(place) ?? []) if (other !== name) return other;
    }
    return this.#folders.has(fold) ? this.#findInside(fold) : undefined;
  }

  /** Looks at every name, which only an error is worth. */
  #findInside(folder: string): LabelName | undefined {
    for (const [fold, [name]] of this.#byFold) if (fold.startsWith(`${folder}/`)) return name;
    return undefined;
  }
}

/** Upper case first: it joins what lower case keeps apart, such as `ß` and `SS`. */
function foldName(name: LabelName): string {
  return name.toUpperCase().toLowerCase().normalize('NFC');
}

/** `a/b/c` lies in `a/b` and in `a`. */
function* foldersOf(fold: string): Generator<string> {
  for (let at = fold.indexOf('/'); at >= 0; at = fold.indexOf('/', at + 1)) yield fold.slice(0, at);
}
