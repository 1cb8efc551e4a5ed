/** Contents by their ids, brought here from another store. */
import { createHash } from 'node:crypto';
import { applyBundle } from '../bundle/apply-bundle.ts';
import { CasError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { PresentIds } from '../store/present-ids.ts';
import type { Repository } from '../store/repository.ts';
import { invalidBundle } from '../wire/bundle-header.ts';
import { fetchRequestOf } from '../wire/fetch-request.ts';
import type { Measure } from '../wire/measure-document.ts';
import { download, type TransferOptions } from './download.ts';
import { IncomingFile } from './incoming-file.ts';
import type { Peer } from './peer.ts';

/** What came of a question for contents. */
export interface Brought extends Measure {
  /** Those that the other store has not, or may not give. */
  readonly absent: readonly ObjectId[];
}

/**
 * When it resolves, they survive a power cut. Where it rejects, what arrived is kept, and the same question goes on with
 * it. Where another process asks the same, this one waits, and takes what came.
 *
 * @param ids the same in the same order are the same question
 * @throws as {@link Peer} and `applyBundle`
 */
export async function bringContents(
  repository: Repository,
  { peer, ids }: Question,
  options: TransferOptions = {},
): Promise<Brought> {
  return byHalves(ids, (some) => bringAll(repository, { peer, ids: some }, options));
}

/** What it would come to. @throws as {@link Peer.measure} */
export async function measureContents(
  { peer, ids }: Question,
  { signal }: Pick<TransferOptions, 'signal'> = {},
): Promise<Brought> {
  return byHalves(ids, (objects) => peer.measure(fetchRequestOf({ objects }), signal ? { signal } : {}));
}

interface Question {
  readonly peer: Peer;
  readonly ids: readonly ObjectId[];
}

/** A store gives all or none: what it lacks is found by halves. */
async function byHalves(
  ids: readonly ObjectId[],
  ask: (ids: readonly ObjectId[]) => Promise<Measure>,
): Promise<Brought> {
  try {
    return { ...(await ask(ids)), absent: [] };
  } catch (error) {
    if (!(error instanceof CasError && error.code === 'OBJECT_NOT_FOUND')) throw error;
  }
  if (ids.length === 1) return { objects: 0, bytes: 0, absent: ids };
  const middle = Math.ceil(ids.length / 2);
  const first = await byHalves(ids.slice(0, middle), ask);
  const second = await byHalves(ids.slice(middle), ask);
  return {
    objects: first.objects + second.objects,
    bytes: first.bytes + second.bytes,
    absent: [...first.absent, ...second.absent],
  };
}

async function bringAll(
  repository: Repository,
  { peer, ids }: Question,
  options: TransferOptions,
): Promise<Measure> {
  const { onProgress, signal } = options;
  const watch = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
  await using file = await holdPatiently(repository, ids, signal);
  const { files, layout, objects } = repository;
  const present = await PresentIds.open(objects, { files, folder: layout.objects });
  if ((await present.absentAmong(ids)).length === 0) return { objects: 0, bytes: 0 };
  // Nothing is said of what is here: snapshots that are here lack contents.
  const bytes = await download({ peer, file }, fetchRequestOf({ objects: ids }), options);
  return await file.takeIn(async (bundle) => {
    if (bundle.header.labels.length > 0 || bundle.header.horizon.length > 0)
      throw invalidBundle('it says more than what was asked for');
    const applied = await applyBundle(repository, bundle, { who: '', ...watch });
    return { objects: applied.objects, bytes };
  });
}

/** Whoever holds it is alive, and at the same work. */
async function holdPatiently(
  repository: Repository,
  ids: readonly ObjectId[],
  signal: AbortSignal | undefined,
): Promise<IncomingFile> {
  const name = createHash('sha256')
    .update(`contents\n${ids.join('\n')}`)
    .digest('hex');
  for (;;) {
    try {
      return await IncomingFile.hold(repository, name);
    } catch (error) {
      if (!(error instanceof CasError && error.code === 'LOCKED')) throw error;
      signal?.throwIfAborted();
    }
  }
}
