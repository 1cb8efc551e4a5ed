/** Puts snapshots on the horizon, where walks stop: before what lies beyond is dropped, or where it never came. */
import type { ObjectId } from '../hash/object-id.ts';
import { HeldHorizon } from './held-horizon.ts';
import type { Repository } from './repository.ts';

/**
 * When it resolves, the horizon has `ids`, and not `lifted`, whose parents have come; and it survives a power cut.
 *
 * @throws as {@link HeldHorizon.open}
 */
export async function extendHorizon(
  repository: Repository,
  ids: Iterable<ObjectId>,
  lifted: ReadonlySet<ObjectId> = new Set(),
): Promise<void> {
  await using horizon = await HeldHorizon.open(repository);
  await horizon.change(ids, lifted);
}
