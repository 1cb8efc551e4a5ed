/** Whether all is there that snapshots reach. */
import type { Horizon } from '../graph/history.ts';
import { walkReachable } from '../graph/reachable.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { ReferenceSet } from '../object/role.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { invalidBundle } from '../wire/bundle-header.ts';

/** What is looked through. */
export interface ReachedFrom {
  readonly tips: readonly ObjectId[];
  /** Snapshots of which it is known that nothing is missing, as labels name them. @default none */
  readonly known?: readonly ObjectId[];
  readonly horizon: Horizon;
}

export interface CheckReachOptions {
  /** `pass`: not for contents. @default 'look' */
  readonly contents?: 'look' | 'pass';
  readonly signal?: AbortSignal;
}

/** @throws CorruptError `BUNDLE_INVALID` where something is missing, and as what is damaged */
export async function checkReachable(
  objects: ObjectReader,
  { tips, known = [], horizon }: ReachedFrom,
  options: CheckReachOptions = {},
): Promise<void> {
  const marks = new ReferenceSet();
  for (const id of known) if (await objects.has(id)) marks.add('snapshot', id);
  for await (const reached of walkReachable(objects, tips, { ...options, horizon, marks })) {
    if (reached.kind === 'damaged') throw reached.error;
    if (reached.kind === 'missing') throw invalidBundle(`it lacks '${reached.reference.id}'`);
  }
}
