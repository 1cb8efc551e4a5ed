/** Snapshots that are to get a label though none keeps them: a collection may be at work on what they reach. */
import { CorruptError } from '../errors/errors.ts';
import { isAbsence } from '../graph/history.ts';
import { KeptHistory } from '../graph/kept-history.ts';
import { walkReachable } from '../graph/reachable.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader, ObjectStore } from '../odb/object-store.ts';
import { readHorizon } from './horizon.ts';
import type { Repository } from './repository.ts';
import { type LabelRoots, readLabelRoots } from './roots.ts';

/**
 * Makes all that these snapshots reach as young as if it were put now, and takes back what was taken out of the way.
 * Whoever calls this holds a lease. What is missing for good is passed over: a check finds it.
 */
export async function reviveUnkept(
  repository: Repository,
  snapshots: readonly ObjectId[],
  signal?: AbortSignal,
): Promise<void> {
  const { labels, objects, files, layout } = repository;
  const named = new Set((await labels.list()).map(({ id }) => id));
  const others = snapshots.filter((id) => !named.has(id));
  if (others.length === 0) return;
  const horizon = await readHorizon(files, layout.horizon);
  const kept = new KeptHistory(objects, horizon);
  await keepAll(kept, await readLabelRoots(repository));
  const unkept = others.filter((id) => !kept.has(id));
  const options = { horizon, ...(signal && { signal }) };
  for await (const _ of walkReachable(freshening(objects), unkept, options)); // to look at it is what is wanted
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

/** A reader that freshens whatever it is asked for. */
function freshening(objects: ObjectStore): ObjectReader {
  return {
    name: `freshening(${objects.name})`,
    has: (id) => objects.freshen(id),
    stat: (id) => objects.stat(id),
    read: async (id, options) => ((await objects.freshen(id)) ? objects.read(id, options) : undefined),
    open: async (id) => ((await objects.freshen(id)) ? objects.open(id) : undefined),
    ids: (hexPrefix) => objects.ids(hexPrefix),
  };
}
