/** What writes that were cut off left behind. */
import type { FileSystem } from '../files/file-system.ts';
import { isTemporaryName } from '../files/temporary.ts';

/** Nobody writes one object for so long without a byte in between. */
const STALE_NS: bigint = 24n * 60n * 60n * 1_000_000_000n;

/**
 * Removes the temporary files in `folder` that are a day older than `nowNs`, which is the time of a file that was made
 * just now: so the file system's own clock decides, whatever this machine's says.
 */
export async function removeStaleTemporaries(
  files: FileSystem,
  folder: string,
  nowNs: bigint,
): Promise<void> {
  for (const { name, kind } of (await files.list(folder)) ?? []) {
    const text = String.fromCharCode(...name);
    if (kind !== 'file' || !isTemporaryName(text)) continue;
    const path = `${folder}/${text}`;
    const stat = await files.stat(path);
    if (stat !== undefined && stat.modifiedNs < nowNs - STALE_NS) await files.remove(path);
  }
}
