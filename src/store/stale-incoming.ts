/** What transfers left that nobody went on with. */
import { toByteString } from '../bytes/byte-string.ts';
import type { Repository } from './repository.ts';

/** Whoever was cut off has so long to go on. */
const STALE_NS: bigint = 7n * 24n * 60n * 60n * 1_000_000_000n;
const INCOMING = /^[0-9a-f]{64}$/;

/**
 * Removes what arrived a week ago or longer, and was no more added to.
 *
 * @param nowNs as `removeStaleTemporaries` takes it
 */
export async function removeStaleIncoming(
  { files, layout }: Pick<Repository, 'files' | 'layout'>,
  nowNs: bigint,
): Promise<void> {
  for (const { name, kind } of (await files.list(layout.incoming)) ?? []) {
    const text = toByteString(name);
    if (kind !== 'file' || !INCOMING.test(text)) continue;
    const path = `${layout.incoming}/${text}`;
    const stat = await files.stat(path);
    if (stat !== undefined && nowNs - stat.modifiedNs > STALE_NS) await files.remove(path);
  }
}
