/** Puts snapshots on the horizon, where walks stop: before what lies beyond is dropped, or where it never came. */
import type { ObjectId } from '../hash/object-id.ts';
import { HeldHorizon } from './held-horizon.ts';
import type { Repository } from './repository.ts';

/** When it resolves, the horizon has them and survives a power cut. @throws as {@link HeldHorizon.open} */
export async function extendHorizon(repository: Repository, ids: Iterable<ObjectId>): Promise<void> {
  await using horizon = await HeldHorizon.open(repository);
  await horizon.extend(ids);
}
