/** Stores that fetch from and push to each other, through nothing. */
import { expect, onTestFinished, test } from 'vitest';
import { SystemError } from '../../src/errors/errors.ts';
import type { ByteStream } from '../../src/flow/byte-stream.ts';
import type { ProgressEvent } from '../../src/flow/progress.ts';
import type { LabelName } from '../../src/label/name.ts';
import { type Fetched, type FetchOptions, fetchFrom, measureFetch } from '../../src/sync/fetch.ts';
import type { Peer } from '../../src/sync/peer.ts';
import { measurePush, type Pushed, type PushOptions, pushTo } from '../../src/sync/push.ts';
import { ALL_RIGHTS, type Rights } from '../../src/sync/rights.ts';
import { StorePeer } from '../../src/sync/store-peer.ts';
import { fetchRequestOf } from '../../src/wire/fetch-request.ts';
import { contentsOf, historyOf, idsOf, repositoryOf } from '../bundle/carriage.ts';
import { commitFiles, NOW, openWorkshop, type Workshop } from '../store/workshop.ts';

const a = 'a' as LabelName;

async function peerOf(workshop: Workshop, rights: Rights = ALL_RIGHTS): Promise<StorePeer> {
  const repository = await repositoryOf(workshop);
  onTestFinished(() => repository[Symbol.asyncDispose]());
  return new StorePeer(repository, { url: 'memory:', rights, who: 'ann' });
}

async function fetch(to: Workshop, peer: Peer, options: Partial<FetchOptions> = {}): Promise<Fetched> {
  await using repository = await repositoryOf(to);
  return await fetchFrom(repository, peer, { remote: 'o', who: 'bob', ...options });
}

async function push(from: Workshop, peer: Peer, options: Partial<PushOptions> = {}): Promise<Pushed> {
  await using repository = await repositoryOf(from);
  const targets = (await repository.labels.list()).filter(({ name }) => !name.startsWith('remotes/'));
  return await pushTo(repository, { peer, targets }, { who: 'bob', remote: 'o', ...options });
}

async function namesOf({ store }: Workshop): Promise<string[]> {
  return (await store.labels.list()).map(({ name }) => name);
}

/** A peer whose streams end after so many bytes, once each time. */
function cutting(peer: Peer, everyBytes: number): Peer & { readonly cuts: number } {
  let cuts = 0;
  async function* cut(bytes: ByteStream): ByteStream {
    let left = everyBytes;
    for await (const piece of bytes) {
      if (piece.length > left) {
        yield piece.subarray(0, left);
        cuts++;
        throw new SystemError('TRANSFER_CUT', 'cut');
      }
      left -= piece.length;
      yield piece;
    }
  }
  return {
    url: peer.url,
    get cuts() {
      return cuts;
    },
    listLabels: () => peer.listLabels(),
    measure: (request) => peer.measure(request),
    fetch: async (request) => {
      const { start, bytes } = await peer.fetch(request);
      return { start, bytes: cut(bytes) };
    },
    findUpload: (id) => peer.findUpload(id),
    upload: (upload) => peer.upload({ ...upload, bytes: cut(upload.bytes) }),
    push: (request) => peer.push(request),
    [Symbol.asyncDispose]: async () => {},
  };
}

const noise = (seed: number): string =>
  Array.from({ length: 4000 }, (_, at) => Math.sin(at * seed).toString(36)).join('');

test('what is fetched is all of it, under the name of the remote, and once', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  await commitFiles(ann.store, 'a', { x: '1', y: noise(1) });
  await commitFiles(ann.store, 'a', { x: '2', y: noise(1) }, NOW + 1);
  await commitFiles(ann.store, 'b/c', { z: '3' });
  const peer = await peerOf(ann);
  const first = await fetch(bob, peer);
  expect(first.labels.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['a created', 'b/c created']);
  expect(await namesOf(bob)).toEqual(['remotes/o/a', 'remotes/o/b/c']);
  const there = await bob.reopen();
  expect(await contentsOf(there, 'remotes/o/a')).toEqual({ x: '2', y: noise(1) });
  expect(await historyOf(there, 'remotes/o/a')).toHaveLength(2);
  const again = await fetch(bob, peer);
  expect(again).toMatchObject({ objects: 0, bytes: 0 });
  expect(Object.keys(again).sort()).toEqual(Object.keys(first).sort());
  await commitFiles(ann.store, 'a', { x: '3', y: noise(1) }, NOW + 2);
  const second = await fetch(bob, peer, { patterns: ['a'] });
  expect(second.labels).toMatchObject([{ name: 'a', kind: 'forwarded' }]);
  expect(second.bytes).toBeLessThan(1500);
  expect(await bob.files.list('/here/.cas/incoming')).toEqual([]);
});

test('labels that are gone there go here where that is asked for', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  await commitFiles(ann.store, 'a', { x: '1' });
  await commitFiles(ann.store, 'b', { x: '1' });
  await fetch(bob, await peerOf(ann));
  await ann.store.labels.update([{ name: 'a', verb: 'delete' }]);
  await fetch(bob, await peerOf(ann));
  expect(await namesOf(bob)).toEqual(['remotes/o/a', 'remotes/o/b']);
  await commitFiles(ann.store, 'a/new', { x: '2' });
  await expect(fetch(bob, await peerOf(ann))).rejects.toMatchObject({ code: 'LABEL_CLASH' });
  expect(await fetch(bob, await peerOf(ann), { prune: 'yes' })).toMatchObject({ pruned: ['a'] });
  expect(await namesOf(bob)).toEqual(['remotes/o/a/new', 'remotes/o/b']);
});

test('a label that is not there is told, and a measure is what comes', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  await commitFiles(ann.store, 'a', { y: noise(2) });
  const peer = await peerOf(ann);
  await expect(fetch(bob, peer, { patterns: ['nope'] })).rejects.toMatchObject({ code: 'LABEL_NOT_FOUND' });
  await using repository = await repositoryOf(bob);
  const told = await measureFetch(repository, peer, { remote: 'o', who: 'bob' });
  const { objects, bytes } = await fetch(bob, peer);
  expect(told).toMatchObject({ objects, bytes, labels: [{ name: 'a' }] });
});

test('what is cut goes on where it was, both ways, and nothing goes twice', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  await using eve = await openWorkshop();
  for (let n = 0; n < 5; n++) await commitFiles(ann.store, `a${n}`, { x: noise(n + 3) });
  const from = cutting(await peerOf(ann), 30_000);
  await using repository = await repositoryOf(bob);
  const { bytes } = await measureFetch(repository, from, { remote: 'o', who: 'bob' });
  const fetched = await fetch(bob, from);
  expect(fetched.bytes).toBe(bytes);
  expect(from.cuts).toBe(Math.floor((bytes - 1) / 30_000));
  expect(await idsOf(await bob.reopen())).toEqual(await idsOf(ann.store));
  const to = cutting(await peerOf(eve), 30_000);
  const pushed = await push(ann, to);
  expect(to.cuts).toBe(from.cuts);
  expect(pushed.bytes).toBeGreaterThanOrEqual(bytes);
  expect(await idsOf(await eve.reopen())).toEqual(await idsOf(ann.store));
});

test('a fetch that was given up goes on in the next one, unless the store there is another by then', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  await commitFiles(ann.store, 'a', { x: noise(3) });
  const whole = await peerOf(ann);
  const once = { ...cutting(whole, 20_000), fetch: cutting(whole, 20_000).fetch };
  await expect(fetch(bob, once, { attempts: 1 })).rejects.toMatchObject({ code: 'TRANSFER_CUT' });
  expect(await namesOf(bob)).toEqual([]);
  await using repository = await repositoryOf(bob);
  const { bytes } = await measureFetch(repository, whole, { remote: 'o', who: 'bob' });
  expect((await fetch(bob, whole)).bytes).toBe(bytes - 20_000);
  await commitFiles(ann.store, 'a', { x: noise(4) }, NOW + 1);
  await expect(fetch(bob, once, { attempts: 1 })).rejects.toMatchObject({ code: 'TRANSFER_CUT' });
  await commitFiles(ann.store, 'a', { x: noise(5) }, NOW + 2);
  await fetch(bob, whole);
  expect(await contentsOf(await bob.reopen(), 'remotes/o/a')).toEqual({ x: noise(5) });
});

test('a fetch that is stopped once all has come is not fetched again', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  await commitFiles(ann.store, 'a', { x: noise(3) });
  const peer = await peerOf(ann);
  const stop = new AbortController();
  const onProgress = ({ phase }: ProgressEvent): void => {
    if (phase === 'checking') stop.abort();
  };
  await expect(fetch(bob, peer, { onProgress, signal: stop.signal })).rejects.toThrow(/abort/i);
  expect(await namesOf(bob)).toEqual([]);
  expect((await fetch(bob, peer)).bytes).toBe(0);
  expect(await namesOf(bob)).toEqual(['remotes/o/a']);
  expect(await bob.files.list('/here/.cas/incoming')).toEqual([]);
});

test('labels are pushed all or none, forward unless forced, and what is known of them follows', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  const peer = await peerOf(ann);
  const first = await commitFiles(bob.store, 'a', { x: '1' });
  await commitFiles(bob.store, 'b', { x: '1' });
  const pushed = await push(bob, peer);
  expect(pushed.labels.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['a created', 'b created']);
  expect(await namesOf(bob)).toEqual(['a', 'b', 'remotes/o/a', 'remotes/o/b']);
  const theirs = await commitFiles(ann.store, 'a', { x: 'theirs' }, NOW + 1);
  await commitFiles(bob.store, 'a', { x: 'ours' }, NOW + 2);
  await commitFiles(bob.store, 'b', { x: '2' }, NOW + 2);
  const before = await idsOf(await ann.reopen());
  await expect(push(bob, peer)).rejects.toMatchObject({ code: 'NOT_FAST_FORWARD' });
  expect((await ann.store.labels.get('a'))?.id).toBe(theirs);
  expect(await historyOf(ann.store, 'b')).toHaveLength(1);
  expect(await idsOf(await ann.reopen())).toEqual(before);
  expect(await ann.files.list('/here/.cas/incoming')).toEqual([]);
  const forced = await push(bob, peer, { force: true });
  expect(forced.labels.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['a forced', 'b forwarded']);
  expect(await historyOf(await ann.reopen(), 'a')).toContain(first);
  await using repository = await repositoryOf(bob);
  const gone = { peer, targets: [{ name: a, id: undefined }] };
  expect(await measurePush(repository, gone, { who: 'bob' })).toMatchObject({ objects: 0, bytes: 0 });
  const { labels } = await pushTo(repository, gone, { who: 'bob', remote: 'o' });
  expect(labels).toMatchObject([{ name: 'a', kind: 'deleted' }]);
  expect(await namesOf(ann)).toEqual(['b']);
});

test('a push whose answer was lost is found done, and what is known of the labels follows', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  const peer = await peerOf(ann);
  const lost = new SystemError('TRANSFER_CUT', 'lost');
  const deaf: Peer = {
    url: '',
    listLabels: () => peer.listLabels(),
    fetch: (request) => peer.fetch(request),
    measure: (request) => peer.measure(request),
    findUpload: (id) => peer.findUpload(id),
    upload: (upload) => peer.upload(upload),
    push: async (request) => {
      await peer.push(request);
      throw lost;
    },
    [Symbol.asyncDispose]: async () => {},
  };
  await commitFiles(bob.store, 'a', { x: '1' });
  await expect(push(bob, deaf)).rejects.toBe(lost);
  expect(await namesOf(bob)).toEqual(['a']);
  const again = await push(bob, peer);
  expect(again).toMatchObject({ labels: [{ name: 'a', kind: 'unchanged' }], bytes: 0 });
  expect(await namesOf(bob)).toEqual(['a', 'remotes/o/a']);
  const entries = (await bob.store.labels.log('remotes/o/a')).length;
  await push(bob, peer);
  expect(await bob.store.labels.log('remotes/o/a')).toHaveLength(entries);
});

test('who may read some labels learns of nothing else, and may not bring it out by its id', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  const secret = await commitFiles(ann.store, 'secret', { s: noise(9) });
  await commitFiles(ann.store, 'team/x', { x: '1' });
  const mayRead = (name: string): boolean => name.startsWith('team/');
  const peer = await peerOf(ann, { mayRead, mayWrite: mayRead, reach: 'labels' });
  expect(await peer.listLabels()).toMatchObject([{ name: 'team/x' }]);
  const byName = fetchRequestOf({ labels: ['secret' as LabelName] });
  await expect(peer.fetch(byName)).rejects.toMatchObject({ code: 'LABEL_NOT_FOUND' });
  const byId = fetchRequestOf({ objects: [secret] });
  await expect(peer.fetch(byId)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  await fetch(bob, peer);
  await bob.store.labels.update([{ name: 'team/x', verb: 'create', at: 'remotes/o/team/x' }]);
  await commitFiles(bob.store, 'other', { x: '1' });
  await expect(push(bob, peer)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  await bob.store.labels.update([{ name: 'other', verb: 'delete' }]);
  await commitFiles(bob.store, 'team/x', { x: '2' }, NOW + 5);
  expect((await push(bob, peer)).labels).toMatchObject([{ name: 'team/x', kind: 'forwarded' }]);
});

test('a short history goes on once its beginning has come, and what was forgotten here stays so', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  for (let n = 0; n < 4; n++) await commitFiles(ann.store, 'a', { x: `${n}` }, NOW + n);
  const peer = await peerOf(ann);
  const lengthOf = async (): Promise<number> => (await historyOf(await bob.reopen(), 'remotes/o/a')).length;
  await fetch(bob, peer, { depth: 1 });
  expect(await lengthOf()).toBe(1);
  await fetch(bob, peer, { depth: 3 });
  expect(await lengthOf()).toBe(3);
  await fetch(bob, peer, { depth: 100 });
  expect(await lengthOf()).toBe(4);
  await bob.store.forget('remotes/o/a', '1');
  expect(await lengthOf()).toBe(2);
  await commitFiles(ann.store, 'a', { x: '4' }, NOW + 4);
  await fetch(bob, peer);
  expect(await lengthOf()).toBe(3);
});
