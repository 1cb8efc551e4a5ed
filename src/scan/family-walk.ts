/** Decodes every entry of families once: small ones by the kernel alone, and what it leaves out step by step. */
import { type EntryVisitor, type FamilySource, PackFamilies } from './pack-families.ts';
import { SmallFamilies } from './small-families.ts';

export class FamilyWalk {
  readonly #source: FamilySource;
  readonly #visitor: EntryVisitor;
  readonly #small: SmallFamilies;
  #large: PackFamilies | undefined;

  /** @param visitor whose `see` throws nothing but what ends the walk */
  constructor(source: FamilySource, visitor: EntryVisitor) {
    this.#source = source;
    this.#visitor = visitor;
    this.#small = new SmallFamilies(source);
  }

  /** @param members of whole families, as `planFamilyTasks` has them */
  async decode(members: Int32Array): Promise<void> {
    for (const root of this.#small.decode(members, this.#visitor)) {
      this.#large ??= new PackFamilies(this.#source, this.#others());
      const waiting = this.#large.decode(root);
      if (waiting !== undefined) await waiting;
    }
  }

  /** Sees what was not seen yet: of a family that is left out, some was. */
  #others(): EntryVisitor {
    return {
      see: (decoded) => {
        if (!this.#small.wasSeen(decoded.entry)) this.#visitor.see(decoded);
      },
      fail: (entry, error) => this.#visitor.fail(entry, error),
      defer: (entry) => this.#visitor.defer(entry),
    };
  }
}
