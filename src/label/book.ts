/** All labels as they are after one transaction, moved on record by record. */
import { type Label, sortByName } from './label.ts';
import type { LabelName } from './name.ts';
import { NameIndex } from './name-clash.ts';
import { corrupt, type LabelChange, type LabelRecord } from './record.ts';

export class LabelBook {
  readonly #labels = new Map<LabelName, Label>();
  #n: number;
  /** Made when a name is first added, for only writers need it. */
  #index: NameIndex | undefined;

  constructor(n = 0, labels: Iterable<Label> = []) {
    this.#n = n;
    for (const label of labels) this.#labels.set(label.name, label);
  }

  /** The number of the last transaction in it; 0 before the first. */
  get n(): number {
    return this.#n;
  }

  get(name: LabelName): Label | undefined {
    return this.#labels.get(name);
  }

  /** Sorted by name. */
  list(): Label[] {
    return sortByName(this.#labels.values());
  }

  copy(): LabelBook {
    return new LabelBook(this.#n, this.#labels.values());
  }

  /** @throws InvalidInputError `LABEL_CLASH` when `added` cannot stand beside the others once `removed` are gone */
  checkNames(added: readonly LabelName[], removed: readonly LabelName[]): void {
    if (added.length === 0) return;
    if (this.#index === undefined) {
      this.#index = new NameIndex();
      for (const name of this.#labels.keys()) this.#index.add(name);
    }
    this.#index.checkJoining(added, removed);
  }

  /**
   * Takes the next record in, whole or not at all.
   *
   * @throws CorruptError `LABEL_LOG_CORRUPT` when it is not the next one, or changes what is not there
   */
  apply(record: LabelRecord): void {
    this.checkNext(record);
    for (const change of record.changes) this.#change(change);
    this.#n = record.n;
  }

  /** Looks at what {@link LabelBook.apply} would refuse, and changes nothing. @throws as it does */
  checkNext(record: LabelRecord): void {
    if (record.n !== this.#n + 1) throw corrupt(`record ${record.n} follows record ${this.#n}`);
    for (const { name, old } of record.changes) {
      if (this.#labels.get(name)?.id !== old) {
        throw corrupt(`record ${record.n} changes label '${name}' from what it was not`);
      }
    }
  }

  #change({ name, old, new: id, isProtected, keep }: LabelChange): void {
    if (id === undefined) {
      this.#labels.delete(name);
      this.#index?.remove(name);
    } else {
      this.#labels.set(name, { name, id, isProtected, keep });
      if (old === undefined) this.#index?.add(name);
    }
  }
}
