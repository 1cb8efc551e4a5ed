/** Says what a store holds, for who sends to it. */
import { isAbsence, walkHistory } from '../graph/history.ts';
import { readHorizon } from '../store/horizon.ts';
import type { Repository } from '../store/repository.ts';
import { HaveBuilder } from '../wire/have.ts';

/** What `cas have` writes: the snapshots of all labels and their histories, and all objects. */
export async function encodeHave({ objects, named, labels, files, layout }: Repository): Promise<Uint8Array> {
  const builder = new HaveBuilder();
  const horizon = await readHorizon(files, layout.horizon);
  for (const { id } of await labels.list()) {
    try {
      for await (const step of walkHistory(named, id, horizon)) {
        builder.addSnapshot(step.id, step.isHorizon ? 'horizon' : 'none');
      }
    } catch (error) {
      if (!isAbsence(error)) throw error; // purged: what it says nothing of is sent again
    }
  }
  for await (const id of objects.ids()) builder.addObject(id);
  return builder.encode();
}
