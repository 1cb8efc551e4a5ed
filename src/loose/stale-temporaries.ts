/** What writes that were cut off left behind. */
import type { FileSystem } from '../files/file-system.ts';
import { machineProcesses, mayRunSince, type ProcessTable } from '../files/process-table.ts';
import { findWriterOf } from '../files/temporary.ts';

/** Nobody writes one object for so long without a byte in between, on whichever machine. */
const STALE_NS: bigint = 24n * 60n * 60n * 1_000_000_000n;

export interface StaleOptions {
  /** The time of a file that was made just now: the file system's own clock decides, whatever this machine's says. */
  readonly nowNs: bigint;
  /** @default those of this machine */
  readonly processes?: ProcessTable;
}

/**
 * Removes the temporary files in `folder` that were written a day ago or longer, but for those of processes that are
 * there still: what was put may wait for its flush as long as they live.
 */
export async function removeStaleTemporaries(
  files: FileSystem,
  folder: string,
  { nowNs, processes = machineProcesses() }: StaleOptions,
): Promise<void> {
  for (const { name, kind } of (await files.list(folder)) ?? []) {
    const text = String.fromCharCode(...name);
    const pid = findWriterOf(text);
    if (kind !== 'file' || pid === undefined) continue;
    const path = `${folder}/${text}`;
    const stat = await files.stat(path);
    if (stat === undefined) continue;
    const ageNs = nowNs - stat.modifiedNs;
    if (ageNs > STALE_NS && !mayRunSince(processes, pid, Number(ageNs / 1_000_000n)))
      await files.remove(path);
  }
}
