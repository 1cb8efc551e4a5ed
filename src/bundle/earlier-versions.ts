/** What there was before an object that goes, for its difference to be told. */
import { type Horizon, readSnapshot } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { pairVersions } from '../tree/version-pairs.ts';
import { walkTree } from '../tree/walk.ts';

/** As many of the receiver's snapshots are looked through for contents that are like new ones. */
const MAX_BASE_SNAPSHOTS = 4;
const MAX_BASE_BYTES: number = 2 ** 20;

export interface VersionsOptions {
  /** Those that go. */
  readonly snapshots: readonly ObjectId[];
  /** Those of them without parents at the receiver. */
  readonly horizon: Horizon;
  /** What the receiver has. */
  readonly prerequisites: readonly ObjectId[];
  /** Whether an object goes, or is with the receiver. */
  readonly isThere: (id: ObjectId) => boolean;
}

/** Each snapshot beside its first parent, or, where it has none, beside what the receiver has. */
export async function findVersions(
  objects: ObjectReader,
  { snapshots, horizon, prerequisites, isThere }: VersionsOptions,
): Promise<Map<ObjectId, ObjectId>> {
  const versions = new Map<ObjectId, ObjectId>();
  const note = (after: ObjectId, before: ObjectId): void => {
    if (isThere(before) && isThere(after) && !versions.has(after)) versions.set(after, before);
  };
  for (const id of snapshots) {
    const { tree, parents } = await readSnapshot(objects, id);
    const parent = horizon.has(id) ? prerequisites[0] : (parents[0] ?? prerequisites[0]);
    if (parent === undefined) continue;
    note(id, parent);
    const earlier = (await readSnapshot(objects, parent)).tree;
    for await (const { before, after } of pairVersions(objects, earlier, tree)) note(after, before);
  }
  return versions;
}

/** Contents of snapshots, those that are not too long to be like another one. */
export async function findContents(
  objects: ObjectReader,
  snapshots: readonly ObjectId[],
): Promise<ObjectId[]> {
  const contents = new Set<ObjectId>();
  for (const id of snapshots.slice(0, MAX_BASE_SNAPSHOTS))
    for await (const { entry } of walkTree(objects, (await readSnapshot(objects, id)).tree))
      if (entry.kind === 'file' && entry.sizeBytes <= MAX_BASE_BYTES) contents.add(entry.id);
  return [...contents];
}
