/** What every way to another store promises: the same question, the same answer, and the same errors. */
import { createHash, hash } from 'node:crypto';
import { expect } from 'vitest';
import type { OutgoingOptions } from '../../src/bundle/outgoing.ts';
import { CasError } from '../../src/errors/errors.ts';
import { collectBytes, streamOf as pieces } from '../../src/flow/byte-stream.ts';
import type { ObjectId, Store } from '../../src/index.ts';
import type { LabelName } from '../../src/label/name.ts';
import type { Peer, Upload } from '../../src/sync/peer.ts';
import { decodeBundleHeader } from '../../src/wire/bundle-header.ts';
import { type FetchRequest, fetchRequestOf, type ResumePoint } from '../../src/wire/fetch-request.ts';
import { findLinesEnd } from '../../src/wire/lines.ts';
import type { PushEdit } from '../../src/wire/push-request.ts';
import { contentsOf, historyOf, idsOf, streamOf, take } from '../bundle/carriage.ts';
import { commitFiles, NOW, openWorkshop, type Workshop } from '../store/workshop.ts';
import type { Case } from './case.ts';

/** A store, and a way to it. */
export interface PeerSubject extends AsyncDisposable {
  readonly peer: Peer;
  /** What the peer leads to. */
  readonly far: Store;
}

const a = 'a' as LabelName;
const b = 'b' as LabelName;
const absent = `sha256:${'0'.repeat(64)}` as ObjectId;
const [first, second] = ['1'.repeat(64), '2'.repeat(64)] as const;

const numbers = (from: number): string =>
  Array.from({ length: 5000 }, (_, at) => `${hash('sha256', `${from + at}`)}\n`).join('');

/** Three versions under `a`, some 500 kB compressed. */
async function fill(far: Store): Promise<ObjectId[]> {
  const versions = [{ x: numbers(0) }, { x: numbers(1), 'd/y': 'y' }, { x: numbers(2), 'd/y': 'y', z: '' }];
  const ids: ObjectId[] = [];
  for (const [at, version] of versions.entries()) ids.push(await commitFiles(far, 'a', version, NOW + at));
  return ids;
}

async function fetchBytes(peer: Peer, request: Partial<FetchRequest>, start = 0): Promise<Buffer> {
  const arriving = await peer.fetch(fetchRequestOf(request));
  expect(arriving.start).toBe(start);
  return Buffer.from(await collectBytes(arriving.bytes));
}

const resumeAt = (bytes: Uint8Array, length: number): ResumePoint => ({
  bytes: length,
  digest: hash('sha256', bytes.subarray(0, length)),
});

/** What a bundle says, and how many objects its pack has. */
function look(bytes: Uint8Array): ReturnType<typeof decodeBundleHeader> & { readonly objects: number } {
  const end = findLinesEnd(bytes) ?? 0;
  const objects = Buffer.from(bytes).readUInt32BE(end + 8);
  return { ...decodeBundleHeader(bytes.subarray(0, end)), objects };
}

interface Pushed {
  readonly edits: readonly PushEdit[];
  readonly upload?: string;
  readonly force?: boolean;
}

/** Uploads what `near` has and the other lacks, and asks for the edits. */
async function push(
  peer: Peer,
  near: Workshop,
  { edits, upload = first, force = false, ...options }: Pushed & Partial<OutgoingOptions>,
): ReturnType<Peer['push']> {
  const labels = edits.flatMap(({ name, new: id }) => (id === undefined ? [] : [{ name, id }]));
  const bytes = await streamOf(near, { labels, ...options });
  await peer.upload({ id: upload, start: 0, bytes: pieces(bytes) });
  return peer.push({ upload, force, edits });
}

const moves = (name: LabelName, old: ObjectId | undefined, id: ObjectId | undefined): Pushed => ({
  edits: [{ name, old, new: id }],
});

/** What must not change where a push is refused. */
async function stateOf(far: Store): Promise<unknown> {
  return { labels: await far.labels.list(), ids: [...(await idsOf(far))].sort() };
}

async function refusal(work: Promise<unknown>): Promise<{ code: string; name: string }> {
  const error = await work.then(
    () => expect.unreachable('it is not refused'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CasError);
  const { code, name } = error as CasError;
  return { code, name };
}

/** Nothing of `work` is left but its error. */
async function expectRefused(
  { far, peer }: PeerSubject,
  work: () => Promise<unknown>,
  expected: { readonly code: string; readonly name: string },
): Promise<void> {
  const before = await stateOf(far);
  expect(await refusal(work())).toEqual(expected);
  expect(await stateOf(far)).toEqual(before);
  expect((await peer.findUpload(first)).bytes).toBe(0);
}

export const peerCases: readonly Case<PeerSubject>[] = [
  {
    title: 'listLabels() is all labels in the order of their names, but those that follow other stores',
    run: async ({ peer, far }) => {
      expect(await peer.listLabels()).toEqual([]);
      const id = await commitFiles(far, 'b', { x: '1' });
      for (const name of ['a/c', 'a/b', 'Z', 'ü', 'remotes/origin/b'])
        await far.labels.update([{ name, verb: 'create', at: id }]);
      const labels = (await peer.listLabels()).map((label) => `${label.name} ${label.id}`);
      expect(labels).toEqual(['Z', 'a/b', 'a/c', 'b', 'ü'].map((name) => `${name} ${id}`));
    },
  },
  {
    title: 'fetch() brings a label with its history and all that it reaches',
    run: async ({ peer, far }) => {
      await fill(far);
      await using near = await openWorkshop();
      await take(near, await fetchBytes(peer, { labels: [a] }));
      expect(await historyOf(near.store, 'a')).toEqual(await historyOf(far, 'a'));
      for (const revision of ['a', 'a~1', 'a~2'])
        expect(await contentsOf(near.store, revision)).toEqual(await contentsOf(far, revision));
    },
  },
  {
    title: 'fetch() of several labels brings them, and no others',
    run: async ({ peer, far }) => {
      for (const name of ['a', 'b', 'c']) await commitFiles(far, name, { [name]: name });
      const { labels } = look(await fetchBytes(peer, { labels: [b, a] }));
      expect(labels.map(({ name }) => name)).toEqual(['a', 'b']);
    },
  },
  {
    title: 'fetch() leaves out what the asker has',
    run: async ({ peer, far }) => {
      const [old = absent] = await fill(far);
      await using near = await openWorkshop();
      await take(near, await fetchBytes(peer, { labels: [a], depth: undefined }));
      const whole = await fetchBytes(peer, { labels: [a] });
      const rest = await fetchBytes(peer, { labels: [a], have: [old, absent] });
      expect(look(rest).prerequisites).toEqual([old]);
      expect(look(rest).objects).toBeLessThan(look(whole).objects);
      expect(rest.length).toBeLessThan(whole.length / 10);
      await take(near, rest);
    },
  },
  {
    title: 'fetch() of what the asker has brings no object',
    run: async ({ peer, far }) => {
      const ids = await fill(far);
      const { objects, labels } = look(await fetchBytes(peer, { labels: [a], have: ids.slice(-1) }));
      expect({ objects, labels: labels.length }).toEqual({ objects: 0, labels: 1 });
    },
  },
  {
    title: 'fetch() with a depth ends there, and says so',
    run: async ({ peer, far }) => {
      const ids = await fill(far);
      await using near = await openWorkshop();
      const bytes = await fetchBytes(peer, { labels: [a], depth: 2 });
      expect(look(bytes).horizon).toEqual([ids[1]]);
      await take(near, bytes);
      expect(await historyOf(near.store, 'a')).toEqual([ids[2], ids[1]]);
    },
  },
  {
    title: 'fetch() without contents brings snapshots and trees',
    run: async ({ peer, far }) => {
      await fill(far);
      const bytes = await fetchBytes(peer, { labels: [a], contents: 'none' });
      expect(look(bytes).objects).toBe(3 + 3 + 1); // `d` is the same tree twice
      expect(bytes.length).toBeLessThan(4000);
    },
  },
  {
    title: 'fetch() of contents by their ids brings them alone',
    run: async ({ peer, far }) => {
      await fill(far);
      const y = await far.resolve('a:d/y');
      expect(look(await fetchBytes(peer, { objects: [y.id] }))).toMatchObject({ objects: 1, labels: [] });
    },
  },
  {
    title: 'fetch() gives the same bytes each time',
    run: async ({ peer, far }) => {
      await fill(far);
      const digests = new Set<string>();
      for (let time = 0; time < 3; time++)
        digests.add(hash('sha256', await fetchBytes(peer, { labels: [a] })));
      expect(digests.size).toBe(1);
    },
  },
  {
    title: 'fetch() goes on from wherever it was',
    run: async ({ peer, far }) => {
      await fill(far);
      const whole = await fetchBytes(peer, { labels: [a] });
      const end = whole.length;
      const offsets = [1, 15, 16 * 1024, 16 * 1024 + 1, 64 * 1024, end >> 1, end - 33, end - 1, end];
      for (const offset of offsets) {
        const rest = await fetchBytes(peer, { labels: [a], resume: resumeAt(whole, offset) }, offset);
        expect(rest.equals(whole.subarray(offset)), `from ${offset}`).toBe(true);
      }
    },
  },
  {
    title: 'fetch() starts again where what is there is no beginning of it',
    run: async ({ peer, far }) => {
      await fill(far);
      const whole = await fetchBytes(peer, { labels: [a] });
      const wrong = [
        { ...resumeAt(whole, 1000), bytes: 1001 },
        { bytes: 1000, digest: '0'.repeat(64) },
        { bytes: whole.length + 1, digest: hash('sha256', whole) },
        { bytes: Number.MAX_SAFE_INTEGER, digest: hash('sha256', whole) },
        resumeAt(whole, 0),
      ];
      for (const resume of wrong)
        expect((await fetchBytes(peer, { labels: [a], resume })).equals(whole)).toBe(true);
    },
  },
  {
    title: 'fetch() that is left early harms none that follows',
    run: async ({ peer, far }) => {
      await fill(far);
      for await (const _ of (await peer.fetch(fetchRequestOf({ labels: [a] }))).bytes) break;
      expect(await peer.listLabels()).toHaveLength(1);
      expect(look(await fetchBytes(peer, { labels: [a] })).labels).toHaveLength(1);
    },
  },
  {
    title: 'fetch() of what is not there is an error',
    run: async ({ peer, far }) => {
      await fill(far);
      const notFound = { name: 'NotFoundError', code: 'LABEL_NOT_FOUND' };
      expect(await refusal(peer.fetch(fetchRequestOf({ labels: [b] })))).toEqual(notFound);
      expect(await refusal(peer.fetch(fetchRequestOf({ labels: [a, b] })))).toEqual(notFound);
      expect(await refusal(peer.fetch(fetchRequestOf({ objects: [absent] })))).toEqual({
        name: 'NotFoundError',
        code: 'OBJECT_NOT_FOUND',
      });
    },
  },
  {
    title: 'measure() tells what fetch() would bring',
    run: async ({ peer, far }) => {
      const ids = await fill(far);
      for (const have of [[], ids.slice(0, 1), ids]) {
        const bytes = await fetchBytes(peer, { labels: [a], have });
        const { objects } = look(bytes);
        expect(await peer.measure(fetchRequestOf({ labels: [a], have }))).toEqual({
          objects,
          bytes: bytes.length,
        });
      }
      expect(await refusal(peer.measure(fetchRequestOf({ labels: [b] })))).toEqual({
        name: 'NotFoundError',
        code: 'LABEL_NOT_FOUND',
      });
    },
  },
  {
    title: 'an upload arrives in pieces, and says how much of it is there',
    run: async ({ peer }) => {
      const bytes = Buffer.from(numbers(0));
      expect(await peer.findUpload(first)).toEqual({ bytes: 0, digest: createHash('sha256').digest('hex') });
      for (const [start, end] of [
        [0, 1],
        [1, 100_000],
        [100_000, bytes.length],
      ] as const) {
        await peer.upload({ id: first, start, bytes: pieces(bytes.subarray(start, end)) });
        expect(await peer.findUpload(first)).toEqual(resumeAt(bytes, end));
      }
      expect((await peer.findUpload(second)).bytes).toBe(0);
    },
  },
  {
    title: 'an upload that goes on before its end takes the place of what follows',
    run: async ({ peer }) => {
      await peer.upload({ id: first, start: 0, bytes: pieces(Buffer.from('abcdef')) });
      await peer.upload({ id: first, start: 2, bytes: pieces(Buffer.from('X')) });
      expect(await peer.findUpload(first)).toEqual(resumeAt(Buffer.from('abX'), 3));
      const late = peer.upload({ id: first, start: 4, bytes: pieces(Buffer.from('Y')) });
      expect(await refusal(late)).toEqual({ name: 'ConflictError', code: 'UPLOAD_MOVED' });
      expect((await peer.findUpload(first)).bytes).toBe(3);
    },
  },
  {
    title: 'an upload that fails keeps what came before',
    run: async ({ peer }) => {
      const bytes = Buffer.from(numbers(0)).subarray(0, 300_000);
      const failing = async function* (): Upload['bytes'] {
        yield bytes;
        throw new RangeError('of its own');
      };
      await expect(peer.upload({ id: first, start: 0, bytes: failing() })).rejects.toThrow('of its own');
      expect(await peer.findUpload(first)).toEqual(resumeAt(bytes, bytes.length));
    },
  },
  {
    title: 'push() makes a label',
    run: async ({ peer, far }) => {
      await using near = await openWorkshop();
      const id = await commitFiles(near.store, 'a', { x: '1', 'd/y': '2' });
      expect(await push(peer, near, moves(a, undefined, id))).toEqual([
        { name: 'a', before: undefined, after: id, kind: 'created' },
      ]);
      expect(await contentsOf(far, 'a')).toEqual({ x: '1', 'd/y': '2' });
      expect((await peer.findUpload(first)).bytes).toBe(0);
      expect((await far.labels.log('a'))[0]).toMatchObject({ why: 'push' });
    },
  },
  {
    title: 'push() moves a label forward, by what is new alone',
    run: async ({ peer, far }) => {
      await using near = await openWorkshop();
      const old = await commitFiles(near.store, 'a', { x: numbers(0) });
      await push(peer, near, moves(a, undefined, old));
      const id = await commitFiles(near.store, 'a', { x: numbers(1) }, NOW + 1);
      const receiver = { snapshots: [old] };
      expect(await push(peer, near, { ...moves(a, old, id), receiver })).toEqual([
        { name: 'a', before: old, after: id, kind: 'forwarded' },
      ]);
      expect(await historyOf(far, 'a')).toEqual([id, old]);
    },
  },
  {
    title: 'push() takes a bundle that comes with it',
    run: async ({ peer, far }) => {
      await using near = await openWorkshop();
      const id = await commitFiles(near.store, 'a', { x: numbers(0) });
      const bundle = await streamOf(near);
      expect(await peer.push({ bundle, force: false, ...moves(a, undefined, id) })).toEqual([
        { name: a, before: undefined, after: id, kind: 'created' },
      ]);
      expect(await contentsOf(far, 'a')).toEqual({ x: numbers(0) });
    },
  },
  {
    title: 'push() refuses to move a label aside, unless it is forced',
    run: async (subject) => {
      const { peer, far } = subject;
      const theirs = await commitFiles(far, 'a', { x: 'theirs' });
      await using near = await openWorkshop();
      const id = await commitFiles(near.store, 'a', { x: 'ours' });
      await expectRefused(subject, () => push(peer, near, moves(a, theirs, id)), {
        name: 'ConflictError',
        code: 'NOT_FAST_FORWARD',
      });
      expect(await push(peer, near, { ...moves(a, theirs, id), force: true })).toEqual([
        { name: 'a', before: theirs, after: id, kind: 'forced' },
      ]);
    },
  },
  {
    title: 'push() leaves a protected label alone, unless it is forced',
    run: async (subject) => {
      const { peer, far } = subject;
      const old = await commitFiles(far, 'a', { x: '1' });
      await far.labels.update([{ name: 'a', verb: 'protect' }]);
      await using near = await openWorkshop();
      await take(near, await fetchBytes(peer, { labels: [a] }));
      const id = await commitFiles(near.store, 'a', { x: '2' }, NOW + 1);
      const refused = { name: 'RefusedError', code: 'LABEL_PROTECTED' };
      await expectRefused(subject, () => push(peer, near, moves(a, old, id)), refused);
      await expectRefused(
        subject,
        () => peer.push({ upload: undefined, force: false, ...moves(a, old, undefined) }),
        refused,
      );
      expect(await push(peer, near, { ...moves(a, old, id), force: true })).toMatchObject([{ after: id }]);
    },
  },
  {
    title: 'push() deletes a label, with an upload or without',
    run: async ({ peer, far }) => {
      const ofA = await commitFiles(far, 'a', { x: '1' });
      const ofB = await commitFiles(far, 'b', { x: '1' });
      expect(await peer.push({ upload: undefined, force: false, ...moves(a, ofA, undefined) })).toEqual([
        { name: 'a', before: ofA, after: undefined, kind: 'deleted' },
      ]);
      await using near = await openWorkshop();
      const id = await commitFiles(near.store, 'c', { x: '2' });
      const c = 'c' as LabelName;
      const edits = [...moves(b, ofB, undefined).edits, ...moves(c, undefined, id).edits];
      const pushed = await push(peer, near, { edits });
      expect(new Set(pushed.map(({ name, kind }) => `${name} ${kind}`))).toEqual(
        new Set(['b deleted', 'c created']),
      );
      expect((await far.labels.list()).map(({ name }) => name)).toEqual(['c']);
    },
  },
  {
    title: 'push() is refused whole where one of its labels moved',
    run: async (subject) => {
      const { peer, far } = subject;
      const old = await commitFiles(far, 'a', { x: '1' });
      await commitFiles(far, 'a', { x: 'meanwhile' }, NOW + 1);
      await using near = await openWorkshop();
      const id = await commitFiles(near.store, 'b', { x: '2' });
      const moved = { name: 'ConflictError', code: 'LABEL_MOVED' };
      for (const edit of [
        moves(a, old, id),
        moves(a, undefined, id),
        moves(a, absent, id),
        moves(a, old, undefined),
      ]) {
        const edits = [...edit.edits, ...moves(b, undefined, id).edits];
        for (const force of [false, true])
          await expectRefused(subject, () => push(peer, near, { edits, force }), moved);
      }
    },
  },
  {
    title: 'of many who push the same label at once, one is first',
    run: async ({ peer, far }) => {
      await using near = await openWorkshop();
      const names = Array.from({ length: 4 }, (_, at) => `n${at}` as LabelName);
      const ids = await Promise.all(
        names.map((name, at) => commitFiles(near.store, name, { x: `${at}` }, NOW + at)),
      );
      const ends = await Promise.allSettled(
        ids.map((id, at) => push(peer, near, { ...moves(a, undefined, id), upload: `${at}`.repeat(64) })),
      );
      const winners = ends.flatMap((end) => (end.status === 'fulfilled' ? end.value : []));
      expect(winners).toHaveLength(1);
      expect((await far.labels.get('a'))?.id).toBe(winners[0]!.after);
      for (const end of ends)
        if (end.status === 'rejected')
          expect(['LABEL_MOVED', 'NOT_FAST_FORWARD']).toContain((end.reason as CasError).code);
    },
  },
  {
    title: 'push() of what builds on something that is not there leaves nothing behind',
    run: async (subject) => {
      await using near = await openWorkshop();
      const old = await commitFiles(near.store, 'a', { x: '1' });
      const id = await commitFiles(near.store, 'a', { x: '2' }, NOW + 1);
      const moved = { ...moves(a, undefined, id), receiver: { snapshots: [old] } };
      await expectRefused(subject, () => push(subject.peer, near, moved), {
        name: 'ConflictError',
        code: 'PREREQUISITE_MISSING',
      });
    },
  },
  {
    title: 'push() of what is damaged, or not what was asked for, leaves nothing behind',
    run: async (subject) => {
      const { peer } = subject;
      await using near = await openWorkshop();
      const id = await commitFiles(near.store, 'a', { x: numbers(0) });
      const whole = await streamOf(near);
      const flipped = Buffer.from(whole);
      flipped[whole.length >> 1]! ^= 1;
      const before = async (bytes: Uint8Array, edits: Pushed): Promise<unknown> => {
        await peer.upload({ id: first, start: 0, bytes: pieces(bytes) });
        return peer.push({ upload: first, force: false, ...edits });
      };
      const along = (bundle: Uint8Array, edits: Pushed): Promise<unknown> =>
        peer.push({ bundle, force: false, ...edits });
      const made = moves(a, undefined, id);
      const invalid = { name: 'CorruptError', code: 'BUNDLE_INVALID' };
      for (const pushBytes of [before, along]) {
        await expectRefused(subject, () => pushBytes(flipped, made), invalid);
        await expectRefused(subject, () => pushBytes(whole.subarray(0, -1), made), invalid);
        await expectRefused(subject, () => pushBytes(Buffer.from('hello'), made), invalid);
        await expectRefused(subject, () => pushBytes(whole, moves(b, undefined, id)), {
          name: 'InvalidInputError',
          code: 'PUSH_INCOMPLETE',
        });
      }
    },
  },
];
