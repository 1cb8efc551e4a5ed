/** Contents that are fetched before they are read, and what others may do meanwhile. */
import { expect, test } from 'vitest';
import { SystemError } from '../../src/errors/errors.ts';
import type { ByteStream } from '../../src/flow/byte-stream.ts';
import { cloneStore, parseLabelName, type Store } from '../../src/index.ts';
import { openRepository, type Repository } from '../../src/store/repository.ts';
import { bringContents } from '../../src/sync/bring-contents.ts';
import { fetchContents, measureFetchContents } from '../../src/sync/fetch-contents.ts';
import type { Peer } from '../../src/sync/peer.ts';
import { ALL_RIGHTS } from '../../src/sync/rights.ts';
import { StorePeer } from '../../src/sync/store-peer.ts';
import type { FetchRequest } from '../../src/wire/fetch-request.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { contentsOf, idsOf } from '../bundle/carriage.ts';
import { commitFiles, NOW } from '../store/workshop.ts';
import { collectFindings, HERE, type LazyPair, openLazyPair, THERE } from './lazy-store.ts';

const noise = (seed: number): string =>
  Array.from({ length: 2000 }, (_, at) => Math.sin(at * seed).toString(36)).join('');

async function fill(whole: Store): Promise<void> {
  await commitFiles(whole, 'a', { x: 'one', 'd/y': noise(1), 'd/e/z': noise(2) });
  await commitFiles(whole, 'a', { x: 'two', 'd/y': noise(1), 'd/e/z': noise(3) }, NOW + 1);
  await commitFiles(whole, 'b', { x: 'three' });
}

async function repositoryAt({ files }: LazyPair, root: string): Promise<Repository> {
  return openRepository(root, { files, codec: nativeCodec, now: () => NOW * 1000 });
}

/** Both stores, and a peer that answers for the one that has all. */
async function openEnds(pair: LazyPair) {
  const there = await repositoryAt(pair, THERE);
  const here = await repositoryAt(pair, HERE);
  return {
    here,
    peer: new StorePeer(there, { url: 'memory:', rights: ALL_RIGHTS, who: 'ann' }),
    [Symbol.asyncDispose]: async () => {
      await here[Symbol.asyncDispose]();
      await there[Symbol.asyncDispose]();
    },
  };
}

/** A peer whose answers are changed on the way. */
function changing(peer: Peer, change: (bytes: ByteStream) => ByteStream): Peer {
  return {
    url: peer.url,
    listLabels: () => peer.listLabels(),
    measure: (request) => peer.measure(request),
    fetch: async (request) => {
      const { start, bytes } = await peer.fetch(request);
      return { start, bytes: change(bytes) };
    },
    findUpload: (id) => peer.findUpload(id),
    upload: (upload) => peer.upload(upload),
    push: (request) => peer.push(request),
    [Symbol.asyncDispose]: async () => {},
  };
}

async function* cutAfter(bytes: ByteStream, most: number): ByteStream {
  let left = most;
  for await (const piece of bytes) {
    yield piece.subarray(0, left);
    if (piece.length > left) throw new SystemError('TRANSFER_CUT', 'cut');
    left -= piece.length;
  }
}

test('all that labels reach comes, or what is named, and a measure says how much', async () => {
  await using pair = await openLazyPair(fill);
  const { lazy, whole } = pair;
  const missing = async (revision: string): Promise<string[]> => {
    const paths: string[] = [];
    for await (const { path, entry } of (await lazy.view(revision)).entries())
      if (entry.kind !== 'folder' && !(await lazy.has(entry.id))) paths.push(Buffer.from(path).toString());
    return paths;
  };
  expect(await missing('a')).toEqual(['d/e/z', 'd/y', 'x']);
  const first = { revisions: ['a:d/e', 'b:x'] };
  const told = await lazy.remotes.measureFetchContents('origin', first);
  expect(await missing('a')).toEqual(['d/e/z', 'd/y', 'x']);
  const came = await lazy.remotes.fetchContents('origin', first);
  expect(came).toMatchObject({ objects: 2, absent: [] });
  expect(told.objects).toBe(came.objects);
  expect(await missing('a')).toEqual(['d/y', 'x']);
  expect(await missing('b')).toEqual([]);
  await lazy.remotes.fetchContents('origin', { revisions: ['a'] });
  expect(await missing('a')).toEqual([]);
  expect(await missing('a~1')).toEqual(['d/e/z', 'x']);
  expect(await lazy.remotes.fetchContents('origin')).toMatchObject({ objects: 2, absent: [] });
  expect(await lazy.remotes.fetchContents('origin')).toEqual({ objects: 0, bytes: 0, absent: [] });
  expect(await idsOf(lazy)).toEqual(await idsOf(whole));
});

test('what a remote has not is told, and all else comes', async () => {
  await using pair = await openLazyPair(fill);
  const { lazy, whole } = pair;
  const { id } = await whole.resolve('a:d/y');
  await whole.purge(id, { force: true });
  expect(await lazy.remotes.fetchContents('origin')).toMatchObject({ objects: 5, absent: [id] });
});

test('a clone brings what is below its paths, and needs some label to have each', async () => {
  await using pair = await openLazyPair(fill);
  const { files } = pair;
  const options = { files, now: () => NOW * 1000 };
  const { store, objects } = await cloneStore('/there', '/part', { ...options, paths: ['d/e', 'x'] });
  expect(objects).toBeGreaterThan(3);
  expect(await collectFindings(store)).toEqual([
    "info contents-promised contents are promised by 'origin', and 3 are not here",
  ]);
  await store.close();
  await expect(cloneStore('/there', '/none', { ...options, paths: ['nope'] })).rejects.toMatchObject({
    code: 'PATH_NOT_FOUND',
  });
});

test('what was cut goes on where it was', async () => {
  await using pair = await openLazyPair(fill);
  await using ends = await openEnds(pair);
  const { here, peer } = ends;
  const { bytes } = await measureFetchContents(here, peer);
  const cut = changing(peer, (stream) => cutAfter(stream, 9_000));
  await expect(fetchContents(here, cut, { attempts: 1 })).rejects.toMatchObject({ code: 'TRANSFER_CUT' });
  expect(await fetchContents(here, peer)).toMatchObject({ bytes: bytes - 9_000 });
  expect(await pair.files.list(`${HERE}/incoming`)).toEqual([]);
  expect(await contentsOf(await pair.openAgain(), 'a')).toEqual(await contentsOf(pair.whole, 'a'));
});

test('a damaged answer leaves nothing, and the next one is taken', async () => {
  await using pair = await openLazyPair(fill);
  await using ends = await openEnds(pair);
  const { here, peer } = ends;
  const id = (await pair.whole.resolve('a:d/y')).id;
  const before = await idsOf(pair.lazy);
  for (const at of [0, 70, 400, 3000, 9000]) {
    const damaged = changing(peer, async function* (stream) {
      let start = 0;
      for await (const piece of stream) {
        const bytes = Uint8Array.from(piece);
        if (at >= start && at < start + bytes.length) bytes[at - start]! ^= 4;
        start += bytes.length;
        yield bytes;
      }
    });
    const taken = bringContents(here, { peer: damaged, ids: [id] });
    await expect(taken, `a flip at ${at}`).rejects.toMatchObject({ name: 'CorruptError' });
    expect(await idsOf(await pair.openAgain())).toEqual(before);
    expect(await pair.files.list(`${HERE}/incoming`)).toEqual([]);
  }
  await bringContents(here, { peer, ids: [id] });
  expect((await idsOf(await pair.openAgain())).size).toBe(before.size + 1);
});

test('an answer to another question brings nothing', async () => {
  await using pair = await openLazyPair(fill);
  await using ends = await openEnds(pair);
  const { here, peer } = ends;
  const [wanted, other] = [await pair.whole.resolve('a:x'), await pair.whole.resolve('b:x')];
  const lying = (more: Partial<FetchRequest>): Peer => ({
    ...changing(peer, (stream) => stream),
    fetch: (request) => peer.fetch({ ...request, ...more }),
  });
  const labels = await pair.lazy.labels.list();
  const ids = [wanted.id];
  const labelled = lying({ labels: [parseLabelName('b')] });
  await expect(bringContents(here, { peer: labelled, ids })).rejects.toMatchObject({
    code: 'BUNDLE_INVALID',
  });
  await bringContents(here, { peer: lying({ objects: [other.id] }), ids });
  expect(await here.objects.has(wanted.id)).toBe(false);
  expect(await (await pair.openAgain()).labels.list()).toEqual(labels);
});

test('who fetches what another process fetches waits for it, and asks for nothing', async () => {
  await using pair = await openLazyPair(fill);
  await using ends = await openEnds(pair);
  const { here, peer } = ends;
  await using second = await repositoryAt(pair, HERE);
  const { id } = await pair.whole.resolve('a:d/y');
  let asked = 0;
  const counting = changing(peer, (stream) => {
    asked++;
    return stream;
  });
  const both = await Promise.all(
    [here, second].map((repository) => bringContents(repository, { peer: counting, ids: [id] })),
  );
  expect(asked).toBe(1);
  expect(both.map(({ objects }) => objects).toSorted((left, right) => left - right)).toEqual([0, 1]);
});
