/** Histories that were short here, and are not any more. */
import { readSnapshot } from '../graph/history.ts';
import { walkReachable } from '../graph/reachable.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { ReferenceSet } from '../object/role.ts';
import { HeldHorizon } from '../store/held-horizon.ts';
import { leasePlaceOf, takeLease } from '../store/lease.ts';
import type { Repository } from '../store/repository.ts';
import { freshening } from '../store/revive.ts';

export interface LiftOptions {
  /** `pass`: contents may come later. @default 'look' */
  readonly contents?: 'look' | 'pass';
  readonly signal?: AbortSignal;
}

/** Takes snapshots off the horizon whose parents have come, with all that they reach. */
export async function liftHorizon(
  repository: Repository,
  { contents = 'look', signal }: LiftOptions = {},
): Promise<void> {
  await using _lease = await takeLease(leasePlaceOf(repository));
  await using horizon = await HeldHorizon.open(repository);
  const objects = freshening(repository.objects); // made young: no collection that began before takes them
  let marks = new ReferenceSet(); // of what is whole
  const lifted = new Set<ObjectId>();
  for (const id of horizon.ids) {
    if (!(await objects.has(id))) continue;
    const { parents } = await readSnapshot(objects, id);
    let isWhole = true;
    const options = { horizon: horizon.ids, marks, contents, ...(signal && { signal }) };
    for await (const { kind } of walkReachable(objects, parents, options)) isWhole &&= kind === 'reached';
    if (isWhole) lifted.add(id);
    else marks = new ReferenceSet();
  }
  await horizon.lift(lifted);
}
