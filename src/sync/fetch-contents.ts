/** Brings contents here that are not, of all labels or of some revisions, from a store that has them. */
import type { ObjectId } from '../hash/object-id.ts';
import type { Reference } from '../object/role.ts';
import { findMissingContents, type MissingContent } from '../store/missing-contents.ts';
import type { Repository } from '../store/repository.ts';
import { resolveRevision, resolveTree } from '../store/resolve.ts';
import { readRoots } from '../store/roots.ts';
import { type Brought, bringContents, measureContents } from './bring-contents.ts';
import type { TransferOptions } from './download.ts';
import type { Peer } from './peer.ts';

export interface FetchContentsOptions extends TransferOptions {
  /** Each names a version, or a file or folder in one. @default all that labels reach, with their history */
  readonly revisions?: readonly string[];
}

/** So much goes in one request, and is taken in before more comes. */
const MOST_AT_ONCE = 65_536;
const MOST_BYTES_AT_ONCE: number = 2 ** 30;

/**
 * When it resolves, all that the other store has survives a power cut here. Where it rejects, what came is kept, and the
 * next call goes on with it.
 *
 * @throws as `resolveRevision` and `bringContents`
 */
export async function fetchContents(
  repository: Repository,
  peer: Peer,
  options: FetchContentsOptions = {},
): Promise<Brought> {
  return inBatches(repository, options, (ids) => bringContents(repository, { peer, ids }, options));
}

/** What it would come to. Nothing is changed. */
export async function measureFetchContents(
  repository: Repository,
  peer: Peer,
  options: FetchContentsOptions = {},
): Promise<Brought> {
  return inBatches(repository, options, (ids) => measureContents({ peer, ids }, options));
}

async function inBatches(
  repository: Repository,
  options: FetchContentsOptions,
  ask: (ids: readonly ObjectId[]) => Promise<Brought>,
): Promise<Brought> {
  let sum: Brought = { objects: 0, bytes: 0, absent: [] };
  for await (const ids of batchesOf(missingOf(repository, options))) {
    const { objects, bytes, absent } = await ask(ids);
    sum = {
      objects: sum.objects + objects,
      bytes: sum.bytes + bytes,
      absent: [...sum.absent, ...absent],
    };
  }
  return sum;
}

async function* missingOf(
  repository: Repository,
  { revisions, signal }: FetchContentsOptions,
): AsyncGenerator<MissingContent> {
  const watch = signal ? { signal } : {};
  if (revisions === undefined)
    return yield* findMissingContents(repository, await readRoots(repository), watch);
  const trees: Reference[] = [];
  for (const text of revisions) {
    const { role, entry } = await resolveRevision(repository, text);
    if (role !== 'content' || entry === undefined)
      trees.push({ role: 'tree', id: (await resolveTree(repository, text)).id });
    else if (!(await repository.objects.has(entry.id))) yield entry;
  }
  yield* findMissingContents(repository, trees, watch);
}

/** The same contents in the same order come in the same batches: what was cut is found again. */
async function* batchesOf(contents: AsyncIterable<MissingContent>): AsyncGenerator<readonly ObjectId[]> {
  const ids = new Set<ObjectId>();
  let bytes = 0;
  for await (const { id, sizeBytes } of contents) {
    ids.add(id);
    bytes += sizeBytes;
    if (ids.size < MOST_AT_ONCE && bytes < MOST_BYTES_AT_ONCE) continue;
    yield [...ids];
    ids.clear();
    bytes = 0;
  }
  if (ids.size > 0) yield [...ids];
}
