/** Puts snapshots on the horizon, where walks stop: before what lies beyond is dropped, or where it never came. */
import { acquireLock } from '../files/lock.ts';
import { writeFileDurably } from '../files/publish.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { encodeHorizon, readHorizon } from './horizon.ts';
import type { Repository } from './repository.ts';
import { sharedModes } from './shared-modes.ts';

/**
 * When it resolves, the horizon has `ids`, and not `lifted`, whose parents have come; and it survives a power cut.
 *
 * @throws ConflictError `LOCKED`
 */
export async function extendHorizon(
  { files, layout, config }: Repository,
  ids: Iterable<ObjectId>,
  lifted: ReadonlySet<ObjectId> = new Set(),
): Promise<void> {
  const permissions = sharedModes(config.settings)?.file;
  const modes = permissions === undefined ? {} : { permissions };
  await using _lock = await acquireLock(files, layout.horizonLock, modes);
  const horizon = await readHorizon(files, layout.horizon);
  const after = new Set([...horizon, ...ids]);
  for (const id of lifted) after.delete(id);
  const isSame = after.size === horizon.size && [...after].every((id) => horizon.has(id));
  if (!isSame) await writeFileDurably(files, layout.horizon, encodeHorizon(after), modes);
}
