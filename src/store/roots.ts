/** What keeps objects alive. */
import type { ObjectId } from '../hash/object-id.ts';
import type { Repository } from './repository.ts';

/** The snapshots that labels name now. @throws CorruptError `LABEL_LOG_CORRUPT` */
export async function readRoots({ labels }: Repository): Promise<ObjectId[]> {
  return (await labels.list()).map(({ id }) => id);
}
