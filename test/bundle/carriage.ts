/** Bundles between workshops: made of one, carried, and taken in by another. */

import { type AppliedBundle, type ApplyOptions, applyBundle } from '../../src/bundle/apply-bundle.ts';
import { OpenBundle } from '../../src/bundle/open-bundle.ts';
import { type Outgoing, type OutgoingOptions, planOutgoing } from '../../src/bundle/outgoing.ts';
import { streamBundle } from '../../src/bundle/stream-bundle.ts';
import type { ObjectId, Store } from '../../src/index.ts';
import { readHorizon } from '../../src/store/horizon.ts';
import { openRepository, type Repository } from '../../src/store/repository.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { NOW, type Workshop } from '../store/workshop.ts';

export const repositoryOf = ({ files }: Pick<Workshop, 'files'>): Promise<Repository> =>
  openRepository('/here/.cas', { files, codec: nativeCodec, now: () => NOW * 1000 });

/** Of all labels, unless others are named. */
export async function planOf(
  repository: Repository,
  options: Partial<OutgoingOptions> = {},
): Promise<Outgoing> {
  const labels = (await repository.labels.list()).map(({ name, id }) => ({ name, id }));
  const horizon = await readHorizon(repository.files, repository.layout.horizon);
  return planOutgoing(repository, { labels, horizon, ...options });
}

/** The bytes of a bundle as it would go over a wire. */
export async function streamOf(from: Workshop, options: Partial<OutgoingOptions> = {}): Promise<Buffer> {
  await using repository = await repositoryOf(from);
  const pieces: Uint8Array[] = [];
  for await (const piece of streamBundle(repository, await planOf(repository, options)))
    pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces);
}

/** Takes in a bundle that came as bytes. */
export async function take(
  to: Pick<Workshop, 'files'>,
  bytes: Uint8Array,
  options: Partial<ApplyOptions> = {},
): Promise<AppliedBundle> {
  const path = '/here/arrived';
  await to.files.remove(path);
  {
    await using file = await to.files.open(path, 'create');
    await file.write(bytes, 0);
  }
  await using bundle = await OpenBundle.open(to.files, [path]);
  await using repository = await repositoryOf(to);
  return await applyBundle(repository, bundle, { who: 'bob', ...options });
}

/** The contents of a revision, by path. */
export async function contentsOf(store: Store, revision: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { path, entry } of (await store.view(revision)).entries())
    if (entry.kind !== 'folder')
      found[Buffer.from(path).toString()] = Buffer.from(await store.get(entry.id)).toString();
  return found;
}

export async function idsOf(store: Store): Promise<Set<ObjectId>> {
  const ids = new Set<ObjectId>();
  for await (const id of store.ids()) ids.add(id);
  return ids;
}

export async function historyOf(store: Store, revision: string): Promise<ObjectId[]> {
  const ids: ObjectId[] = [];
  for await (const { id } of store.log(revision)) ids.push(id);
  return ids;
}
