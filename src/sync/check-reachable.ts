/** Whether all is there that snapshots reach. */
import type { Horizon } from '../graph/history.ts';
import { walkReachable } from '../graph/reachable.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { invalidBundle } from '../wire/bundle-header.ts';

/** @throws CorruptError `BUNDLE_INVALID` where something is missing, and as what is damaged */
export async function checkReachable(
  objects: ObjectReader,
  { tips, horizon }: { readonly tips: readonly ObjectId[]; readonly horizon: Horizon },
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  for await (const reached of walkReachable(objects, tips, { horizon, ...(signal && { signal }) })) {
    if (reached.kind === 'damaged') throw reached.error;
    if (reached.kind === 'missing') throw invalidBundle(`it lacks '${reached.reference.id}'`);
  }
}
