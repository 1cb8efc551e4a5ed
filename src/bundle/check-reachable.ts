/** Whether all is there that snapshots reach, and is as long as its trees say. */
import type { CorruptError } from '../errors/errors.ts';
import type { Horizon } from '../graph/history.ts';
import { walkReachable } from '../graph/reachable.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { ReferenceSet } from '../object/role.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { invalidBundle } from '../wire/bundle-header.ts';

/** What is looked through. */
export interface ReachedFrom {
  readonly tips: readonly ObjectId[];
  /** Snapshots of which it is known that nothing is missing, as labels name them. @default none */
  readonly known?: readonly ObjectId[];
  readonly horizon: Horizon;
  /** `promised`: contents below `known` are here, or come later. @default 'here' */
  readonly contentsOfKnown?: 'here' | 'promised';
}

export interface CheckReachOptions {
  /** `pass`: not for contents. @default 'look' */
  readonly contents?: 'look' | 'pass';
  readonly signal?: AbortSignal;
}

/** @throws CorruptError `BUNDLE_INVALID` where something is missing, or has another size, and as what is damaged */
export async function checkReachable(
  objects: ObjectReader,
  { tips, known = [], horizon, contentsOfKnown = 'here' }: ReachedFrom,
  options: CheckReachOptions = {},
): Promise<void> {
  const marks = new ReferenceSet();
  let promised: ReadonlySet<ObjectId> | undefined;
  const later = new Set<ObjectId>();
  for (const id of known) if (await objects.has(id)) marks.add('snapshot', id);
  const claims = new SizeClaims();
  const onEntry = (entry: TreeEntry, tree: ObjectId): void => claims.see(entry, tree);
  for await (const reached of walkReachable(objects, tips, { ...options, horizon, marks, onEntry })) {
    if (reached.kind === 'damaged') throw reached.error;
    if (reached.kind !== 'missing') continue;
    const { id, role } = reached.reference;
    if (role === 'content' && contentsOfKnown === 'promised') {
      promised ??= await contentsBelow(objects, { tips: known, horizon });
      if (promised.has(id)) {
        later.add(id);
        continue;
      }
    }
    throw invalidBundle(`it lacks '${id}'`);
  }
  claims.proveFolders();
  if (options.contents !== 'pass') await claims.proveFiles(objects, later);
}

/** What trees say of the sizes of what they name. */
class SizeClaims {
  readonly #files: Map<ObjectId, number> = new Map();
  readonly #folders: Map<ObjectId, number> = new Map();
  /** Of what is in each tree. */
  readonly #sums: Map<ObjectId, number> = new Map();

  see({ kind, id, sizeBytes }: TreeEntry, tree: ObjectId): void {
    this.#sums.set(tree, (this.#sums.get(tree) ?? 0) + sizeBytes);
    const claims = kind === 'folder' ? this.#folders : this.#files;
    if ((claims.get(id) ?? sizeBytes) !== sizeBytes) throw wrongSize(id);
    claims.set(id, sizeBytes);
  }

  /** Once all trees were seen; of an empty one, nothing was. */
  proveFolders(): void {
    for (const [id, sizeBytes] of this.#folders)
      if ((this.#sums.get(id) ?? 0) !== sizeBytes) throw wrongSize(id);
  }

  /** @param later those that are not here, and are not asked for */
  async proveFiles(objects: ObjectReader, later: ReadonlySet<ObjectId>): Promise<void> {
    for (const [id, sizeBytes] of this.#files)
      if (!later.has(id) && (await objects.stat(id))?.sizeBytes !== sizeBytes) throw wrongSize(id);
  }
}

function wrongSize(id: ObjectId): CorruptError {
  return invalidBundle(`a tree says of '${id}' that it has another size than it has`);
}

async function contentsBelow(
  objects: ObjectReader,
  { tips, horizon }: ReachedFrom,
): Promise<ReadonlySet<ObjectId>> {
  const contents = new Set<ObjectId>();
  const onEntry = ({ kind, id }: TreeEntry): void => {
    if (kind !== 'folder') contents.add(id);
  };
  for await (const _ of walkReachable(objects, tips, { horizon, onEntry, contents: 'pass' })) continue;
  return contents;
}
