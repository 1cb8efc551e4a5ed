/** Snapshots that are to get a label though none keeps them: a collection may be at work on what they reach. */
import { CorruptError, RefusedError } from '../errors/errors.ts';
import { isAbsence } from '../graph/history.ts';
import { KeptHistory } from '../graph/kept-history.ts';
import { type Reached, walkReachable } from '../graph/reachable.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { ReferenceSet } from '../object/role.ts';
import type { ObjectReader, ObjectStore } from '../odb/object-store.ts';
import { findRange, openObject } from '../odb/read-object.ts';
import { readHorizon } from './horizon.ts';
import type { Repository } from './repository.ts';
import { type LabelRoots, readLabelRoots } from './roots.ts';

/** A snapshot that is to get a label. */
export interface RevivedSnapshot {
  readonly id: ObjectId;
  /** What the label has to be until it is this one, and so keeps: that, and what was before it, is left as it is. */
  readonly after?: ObjectId;
  /** Also where something that it reaches is gone for good. */
  readonly force?: boolean;
}

/**
 * Makes all that these snapshots reach as young as if it were put now, and takes back what was taken out of the way.
 * Whoever calls this holds a lease.
 *
 * @throws RefusedError `SNAPSHOT_INCOMPLETE` where something is missing or damaged that one reaches, unless it is forced
 */
export async function reviveUnkept(
  repository: Repository,
  snapshots: readonly RevivedSnapshot[],
  signal?: AbortSignal,
): Promise<void> {
  const { labels, objects, files, layout, promises } = repository;
  const named = new Set((await labels.list()).map(({ id }) => id));
  const others = snapshots.filter(({ id }) => !named.has(id));
  if (others.length === 0) return;
  const horizon = await readHorizon(files, layout.horizon);
  const kept = new KeptHistory(objects, horizon);
  await keepAll(kept, await readLabelRoots(repository));
  const unkept = others.filter(({ id }) => !kept.has(id));
  const marks = new ReferenceSet();
  for (const { after } of unkept) if (after !== undefined) marks.add('snapshot', after);
  const contents = (await promises.isAny()) ? 'promised' : 'here';
  const options = { horizon, marks, ...(signal && { signal }) };
  for (const force of [false, true]) {
    const roots = unkept.filter((snapshot) => (snapshot.force ?? false) === force).map(({ id }) => id);
    for await (const reached of walkReachable(freshening(objects), roots, options))
      if (!force) checkReached(reached, contents);
  }
}

/** A snapshot that is none, or not here, is told of by whoever gives it the label. */
function checkReached(reached: Reached, contents: 'here' | 'promised'): void {
  const { kind, reference, from } = reached;
  if (kind === 'reached' || from === undefined) return;
  if (kind === 'missing' && reference.role === 'content' && contents === 'promised') return;
  throw new RefusedError(
    'SNAPSHOT_INCOMPLETE',
    `${reference.role} '${reference.id}', which ${from.role} '${from.id}' names, is ${kind}`,
    {
      hint: "put its bytes again from any copy, or say '--force' to set the label all the same",
      ...(kind === 'damaged' && { cause: reached.error }),
    },
  );
}

/** As far as they can be read: what cannot is then looked at once more. */
async function keepAll(kept: KeptHistory, { now }: LabelRoots): Promise<void> {
  for (const start of now) {
    try {
      await kept.keep(start, 'pass');
    } catch (error) {
      if (!(isAbsence(error) || error instanceof CorruptError)) throw error;
    }
  }
}

/** A reader that freshens whatever it is asked for, once. What is another user's cannot be, and is here all the same. */
export function freshening(objects: ObjectStore): ObjectReader {
  const young = new Set<ObjectId>();
  const freshen = async (id: ObjectId): Promise<boolean> => {
    if (!young.has(id) && (await objects.freshen(id))) young.add(id);
    return young.has(id);
  };
  const freshenFirst = async <Value>(id: ObjectId, look: () => Promise<Value>): Promise<Value> => {
    await freshen(id);
    return look();
  };
  return {
    name: `freshening(${objects.name})`,
    has: async (id) => (await freshen(id)) || isComplete(objects, id),
    stat: (id) => objects.stat(id),
    read: (id, options) => freshenFirst(id, () => objects.read(id, options)),
    open: (id) => freshenFirst(id, () => objects.open(id)),
    readRange: (id, range) => freshenFirst(id, () => findRange(objects, id, range)),
    ids: (hexPrefix) => objects.ids(hexPrefix),
  };
}

/** Whether an object is here; of one in chunks, all of them. @throws CorruptError where one is not */
async function isComplete(objects: ObjectReader, id: ObjectId): Promise<boolean> {
  if (!(await objects.has(id))) return false; // nothing is brought from elsewhere for it
  const info = await objects.stat(id);
  if (info?.form !== 'chunks') return info !== undefined;
  for await (const _ of (await openObject(objects, id)).content); // it ends in an error where one is missing
  return true;
}
