/** Many puts and label edits that happen together. */
import type { ByteSource } from '../flow/byte-stream.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { putSource } from '../odb/put-source.ts';
import { leasePlaceOf, takeLease } from '../store/lease.ts';
import type { Repository } from '../store/repository.ts';
import type { LabelRequest, Labels } from './labels.ts';

/** What the function that is given to `batch` works with. */
export interface Batch {
  /** Stores content; the same bytes again change nothing. */
  put(content: ByteSource): Promise<ObjectId>;
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
    put: async (content) => (await putSource(intake, content)).id,
    label: (request) => void requests.push(request),
  });
  await intake.flush();
  if (requests.length > 0) await labels.update(requests);
  else await repository.objects.flush(); // what was put before the batch, and not by it
  return value;
}
