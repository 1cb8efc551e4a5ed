/** Many puts and label edits that happen together. */
import type { ByteSource } from '../flow/byte-stream.ts';
import { readSnapshot } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { parseLabelName } from '../label/name.ts';
import type { ObjectReader, ObjectWriter, PutStreamOptions } from '../odb/object-store.ts';
import { putSource } from '../odb/put-source.ts';
import { putSnapshot } from '../store/commit.ts';
import type { CommitSource } from '../store/commit-source.ts';
import { leasePlaceOf, takeLease } from '../store/lease.ts';
import type { Repository } from '../store/repository.ts';
import type { LabelRequest, Labels, LabelVerb } from './labels.ts';

/** What the function that is given to `batch` works with. */
export interface Batch {
  /** Stores content; the same bytes again change nothing. */
  put(content: ByteSource, options?: Pick<PutStreamOptions, 'sizeBytes'>): Promise<ObjectId>;
  /**
   * Stores what `source` holds, and a snapshot of it on top of what the label is now, where the label goes with all the
   * others; one that holds just that stays as it is. The batch fails with `LABEL_MOVED` where the label moves meanwhile.
   */
  commit(label: string, source: CommitSource): Promise<ObjectId>;
  /** Asks for a change of a label, which is made after the function has returned: all of them, or none. */
  label(request: LabelRequest): void;
}

/**
 * Runs `work`, then makes all that it put durable and changes all labels that it asked for in one transaction.
 * Where `work` throws, no label changes, and nothing of what it put appears.
 */
export async function runBatch<Value>(
  { repository, labels }: { readonly repository: Repository; readonly labels: Labels },
  work: (batch: Batch) => Promise<Value>,
): Promise<Value> {
  await using intake = repository.openIntake();
  await using _lease = await takeLease(leasePlaceOf(repository));
  const requests: LabelRequest[] = [];
  const value = await work({
    put: async (content, options) => (await putSource(intake, content, options)).id,
    commit: async (label, source) => {
      const { id, request } = await commitInto(intake, repository, { label, source });
      if (request !== undefined) requests.push(request);
      return id;
    },
    label: (request) => void requests.push(request),
  });
  await intake.flush();
  if (requests.length > 0) await labels.update(requests);
  else await repository.objects.flush(); // what was put before the batch, and not by it
  return value;
}

/** A commit whose label is still to go to it; nowhere where it holds the same already. */
interface PutCommit {
  readonly id: ObjectId;
  readonly request?: LabelRequest;
}

async function commitInto(
  objects: ObjectReader & ObjectWriter,
  repository: Repository,
  { label, source }: { readonly label: string; readonly source: CommitSource },
): Promise<PutCommit> {
  const before = await repository.labels.get(parseLabelName(label));
  const { root } = await source.write({ repository, objects });
  if (before !== undefined && (await readSnapshot(repository.named, before.id)).tree === root.id)
    return { id: before.id };
  const id = await putSnapshot({ tree: root.id, parent: before?.id, objects }, repository);
  const verb: LabelVerb = before === undefined ? { verb: 'create', at: id } : { verb: 'move', at: id };
  return { id, request: { name: label, ...verb, expect: before?.id ?? 'none' } };
}
