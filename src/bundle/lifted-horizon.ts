/** Snapshots on the horizon whose parents have come: their histories go on from now on. */
import { CorruptError } from '../errors/errors.ts';
import { type Horizon, isAbsence, readSnapshot } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import type { Arrived } from './arrived-pack.ts';
import { type CheckReachOptions, checkReachable, type ReachedFrom } from './check-reachable.ts';

export interface LiftOptions extends CheckReachOptions, Pick<ReachedFrom, 'known' | 'contentsOfKnown'> {
  /** Where histories end in this store. */
  readonly own: Horizon;
  /** Where they end in this store and in what has arrived. */
  readonly horizon: Horizon;
}

/**
 * Those of `own` whose parents have arrived, and are all there, with all that they reach. Of a history that was forgotten
 * here, and is still in part to be collected, nothing arrives: it stays forgotten.
 *
 * @throws CorruptError for what is damaged
 */
export async function findLifted(
  { objects, ...arrived }: Arrived,
  { own, horizon, known = [], contentsOfKnown = 'here', ...options }: LiftOptions,
): Promise<Set<ObjectId>> {
  const lifted = new Set<ObjectId>();
  const parents: ObjectId[] = [];
  for (const id of own) {
    const found = await findParents(objects, id);
    if (found === undefined || !(await anyOf(found, (parent) => arrived.came(parent)))) continue;
    lifted.add(id);
    parents.push(...found);
  }
  if (lifted.size === 0) return lifted;
  const left = new Set([...horizon].filter((id) => !lifted.has(id)));
  try {
    await checkReachable(objects, { tips: parents, known, horizon: left, contentsOfKnown }, options);
    return lifted;
  } catch (error) {
    if (error instanceof CorruptError && error.code === 'BUNDLE_INVALID') return new Set(); // they came in part
    throw error;
  }
}

async function anyOf(ids: readonly ObjectId[], holds: (id: ObjectId) => Promise<boolean>): Promise<boolean> {
  for (const id of ids) if (await holds(id)) return true;
  return false;
}

/** Of a snapshot that is there, and has parents that are all there, too. */
async function findParents(objects: ObjectReader, id: ObjectId): Promise<readonly ObjectId[] | undefined> {
  try {
    const { parents } = await readSnapshot(objects, id);
    for (const parent of parents) if (!(await objects.has(parent))) return undefined;
    return parents.length === 0 ? undefined : parents;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}
