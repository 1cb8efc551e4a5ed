/** Changes of labels, made only when what they would name is here and durable. */

import { readSnapshot } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { LabelEdit } from '../label/edit.ts';
import type { LabelRecord } from '../label/record.ts';
import { openObject } from '../odb/read-object.ts';
import type { Repository } from './repository.ts';

export interface UpdateReason {
  /** Who asks, for the label log. */
  readonly who: string;
  /** Why, for the label log: `commit dist`, `move`. */
  readonly reason: string;
  readonly signal?: AbortSignal;
}

/**
 * Makes all `edits` or none; when it resolves, they and all that was put before survive a power cut.
 *
 * @returns the record of it, or `undefined` where all was so already
 * @throws NotFoundError `OBJECT_NOT_FOUND` @throws CorruptError `SNAPSHOT_INVALID` for what is no snapshot here
 * @throws what `planEdits` throws
 */
export async function updateLabels(
  repository: Repository,
  edits: readonly LabelEdit[],
  { who, reason, signal }: UpdateReason,
): Promise<LabelRecord | undefined> {
  if (edits.length === 0) {
    await repository.objects.flush(); // who changes no label waits for none
    return undefined;
  }
  return repository.labels.update(edits, {
    who,
    reason,
    now: new Date(repository.now()),
    beforeCommit: async (targets) => {
      for (const id of targets) await checkSnapshot(repository, id);
      await repository.objects.flush();
    },
    ...(signal && { signal }),
  });
}

/** The snapshot and its tree are here; what the tree names was checked by whoever made it. */
async function checkSnapshot({ objects }: Repository, id: ObjectId): Promise<void> {
  const { tree } = await readSnapshot(objects, id);
  await openObject(objects, tree);
}
