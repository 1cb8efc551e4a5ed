/** By which other hashes the contents of a store are known. */
import {
  aliasesOf,
  type RebuildOptions,
  type RebuildResult,
  rebuildAliases,
} from '../alias/alias-rebuild.ts';
import type { Alias, AliasHash } from '../hash/alias-hash.ts';
import { type ObjectId, parseObjectId } from '../hash/object-id.ts';
import type { Repository } from '../store/repository.ts';

/** Sees what was put through this store at once, and what others put once they have flushed it. */
export class Aliases {
  readonly #repository: Repository;

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  /** The hashes that are kept of what is put from here on. */
  get kept(): readonly AliasHash[] {
    return this.#repository.aliases.kept;
  }

  /**
   * The object that is here and known by another hash; `undefined` where there is none. That its content has this hash
   * was so when it was put, and is not computed again; that it is the content of its id is, whenever it is read.
   *
   * @param hex as many lower-case digits as the hash has
   * @throws InvalidInputError `AMBIGUOUS` where two contents have this hash, `ALIAS_INVALID`
   * @throws CorruptError `ALIASES_CORRUPT`
   */
  find(hash: AliasHash, hex: string): Promise<ObjectId | undefined> {
    return this.#repository.aliases.find({ hash, hex });
  }

  /**
   * The other hashes that an object is known by. Its content is read for that.
   *
   * @throws NotFoundError `OBJECT_NOT_FOUND` @throws CorruptError `OBJECT_CORRUPT`, `ALIASES_CORRUPT`
   */
  of(id: string): Promise<Alias[]> {
    return aliasesOf(this.#repository, parseObjectId(id));
  }

  /** All of one hash, ascending, whose objects are here. @throws CorruptError `ALIASES_CORRUPT` */
  list(hash: AliasHash): AsyncIterable<readonly [hex: string, id: ObjectId]> {
    return this.#repository.aliases.list(hash);
  }

  /** Makes the files of aliases anew from the contents. @throws as `rebuildAliases` */
  rebuild(options: RebuildOptions = {}): Promise<RebuildResult> {
    return rebuildAliases(this.#repository, options);
  }
}
