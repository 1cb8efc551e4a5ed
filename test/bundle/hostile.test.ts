/** Bundles of strangers: what is wrong with one is told by its code, and nothing of it stays. */
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { CasError } from '../../src/errors/errors.ts';
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../../src/hash/object-id.ts';
import { encodeSnapshot } from '../../src/object/snapshot.ts';
import { encodeTree } from '../../src/object/tree.ts';
import { encodeChunkList } from '../../src/pack/chunk-list.ts';
import { ENTRY, encodeEntryHeader } from '../../src/pack/entry-header.ts';
import { encodePackHeader } from '../../src/pack/pack-header.ts';
import { makePack, type PackItem, rawEntry, wholes } from '../packs/pack-maker.ts';
import { commitFiles, openWorkshop, type Workshop } from '../store/workshop.ts';
import { makeBundle, sealBundle } from './bundle-maker.ts';
import { contentsOf, idsOf, streamOf, take } from './carriage.ts';

const idOf = (bytes: Uint8Array): ObjectId => objectIdFromBytes(createHash('sha256').update(bytes).digest());
const ABSENT = `sha256:${'0'.repeat(64)}` as ObjectId;
const one = encodeText('one');
const two = encodeText('two, which is longer');

/** A snapshot of one file, and the objects of it in a pack's terms. */
function version(content: Uint8Array, told = content.length): { items: PackItem[]; tip: ObjectId } {
  const entry = { name: encodeText('x'), kind: 'file', id: idOf(content), sizeBytes: told } as const;
  const tree = encodeTree([{ ...entry, isExecutable: false, attributes: new Map() } as never]);
  const snapshot = encodeSnapshot({
    tree: idOf(tree),
    parents: [],
    timeSeconds: 0,
    headers: new Map(),
    message: '',
  } as never);
  const items: PackItem[] = [
    { kind: 'whole', content: snapshot, role: 'snapshot' },
    { kind: 'whole', content: tree, role: 'tree' },
  ];
  return { items, tip: idOf(snapshot) };
}

function packOf(entries: readonly Uint8Array[], count = entries.length): Uint8Array {
  const body = concatBytes([encodePackHeader(count), ...entries]);
  return concatBytes([body, createHash('sha256').update(body).digest()]);
}

const blob = (content: Uint8Array): Uint8Array =>
  rawEntry({ type: ENTRY.blob, sizeBytes: content.length }, content);
const onId = (base: ObjectId, program: Uint8Array): Uint8Array =>
  rawEntry({ type: ENTRY.idDelta, sizeBytes: program.length, baseId: bytesOfId(base) }, program);
const before = (distance: number, program: Uint8Array): Uint8Array =>
  rawEntry({ type: ENTRY.offsetDelta, sizeBytes: program.length, baseDistance: distance }, program);
/** A program that says its result has 2^40 bytes. */
const huge = Uint8Array.of(3, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0x90, 3);
/** A program that makes 16 MiB of three bytes, 64 KiB at a time, if it had a base that long. */
const amplify = concatBytes([Uint8Array.of(3, 0x80, 0x80, 0x80, 0x08), new Uint8Array(512).fill(0x80)]);
const good = version(one);
const goodPack = makePack([...good.items, ...wholes(one)]).pack;
const list = (sizeBytes: number): Uint8Array =>
  encodeChunkList({
    id: bytesOfId(ABSENT),
    sizeBytes: sizeBytes * 2,
    chunks: [
      { id: bytesOfId(idOf(one)), sizeBytes },
      { id: bytesOfId(idOf(two)), sizeBytes },
    ],
  } as never);
const chunkPack = packOf([rawEntry({ type: ENTRY.chunkList, sizeBytes: list(9).length }, list(9))]);

const BAD: readonly [string, Uint8Array][] = [
  ['no bytes', new Uint8Array()],
  ['a header of 20 MB without an end', encodeText(`cas-bundle 1\n${'x'.repeat(20_000_000)}`)],
  ['a label on what is not there', makeBundle(`label ${ABSENT} a\n`, goodPack)],
  ['a label on a file', makeBundle(`label ${idOf(one)} a\n`, goodPack)],
  ['a label on a tree', makeBundle(`label ${idOf(good.items[1]!.content)} a\n`, goodPack)],
  ['a label, and nothing else', makeBundle(`label ${good.tip} a\n`, makePack([]).pack)],
  ['a file that is missing', makeBundle(`label ${good.tip} a\n`, makePack(good.items).pack)],
  [
    'a file that has another size than is told',
    (() => {
      const { items, tip } = version(one, 4);
      return makeBundle(`label ${tip} a\n`, makePack([...items, ...wholes(one)]).pack);
    })(),
  ],
  ['a prerequisite that is not here', makeBundle(`prerequisite ${ABSENT}\nlabel ${good.tip} a\n`, goodPack)],
  ['bytes behind its pack', makeBundle(`label ${good.tip} a\n`, concatBytes([goodPack, one]))],
  [
    'a pack of another version',
    makeBundle(
      '',
      packOf([blob(one)]).map((byte, at) => (at === 7 ? 3 : byte)),
    ),
  ],
  ['no entry, and a count of 2^32-1', makeBundle('', packOf([], 2 ** 32 - 1))],
  ['one entry too many for its count', makeBundle('', packOf([blob(one), blob(two)], 1))],
  ['type 0', makeBundle('', packOf([Uint8Array.of(0x03, ...blob(one).subarray(1))]))],
  ['type 5', makeBundle('', packOf([Uint8Array.of(0x53, ...blob(one).subarray(1))]))],
  ['a stream that ends early', makeBundle('', packOf([blob(one).subarray(0, -1)]))],
  [
    'a content of 2^50 bytes',
    makeBundle(
      '',
      packOf([concatBytes([encodeEntryHeader({ type: ENTRY.blob, sizeBytes: 2 ** 50 }), deflateSync(one)])]),
    ),
  ],
  [
    'a bomb that says it is one byte',
    makeBundle(
      '',
      packOf([
        concatBytes([
          encodeEntryHeader({ type: ENTRY.blob, sizeBytes: 1 }),
          deflateSync(new Uint8Array(30_000_000)),
        ]),
      ]),
    ),
  ],
  [
    'another checksum of its pack',
    makeBundle(
      '',
      goodPack.map((byte, at) => (at === goodPack.length - 1 ? byte ^ 1 : byte)),
    ),
  ],
  ['an object twice', makeBundle('', packOf([blob(one), blob(one)]))],
  ['a delta on what comes after it', makeBundle('', packOf([before(9, huge), blob(one)]))],
  [
    'a delta on the middle of an entry',
    makeBundle('', packOf([blob(one), before(blob(one).length - 1, huge)])),
  ],
  ['a delta on what is nowhere', makeBundle('', packOf([onId(ABSENT, Uint8Array.of(3, 3, 0x90, 3))]))],
  ['a delta on itself', makeBundle('', packOf([onId(idOf(one), Uint8Array.of(3, 3, 0x90, 3))]))],
  [
    'deltas on each other',
    makeBundle(
      '',
      packOf([
        onId(idOf(two), Uint8Array.of(20, 3, 0x90, 3)),
        onId(idOf(one), Uint8Array.of(3, 20, 0x90, 3)),
      ]),
    ),
  ],
  [
    'a delta whose result has 2^40 bytes',
    makeBundle('', packOf([blob(one), before(blob(one).length, huge)])),
  ],
  ['the same on a base by its id', makeBundle('', packOf([blob(one), onId(idOf(one), huge)]))],
  [
    'a delta that makes much of little',
    makeBundle('', packOf([blob(one), before(blob(one).length, amplify)])),
  ],
  ['a list of chunks that are nowhere', makeBundle('', chunkPack)],
  [
    'a list of chunks of 2^50 bytes',
    makeBundle(
      '',
      packOf([rawEntry({ type: ENTRY.chunkList, sizeBytes: list(2 ** 32 - 1).length }, list(2 ** 32 - 1))]),
    ),
  ],
  ['a run of 2^50 chunks', makeBundle(`chunks ${ABSENT} 0 ${2 ** 50} ${idOf(one)} 0\n`, chunkPack)],
  ['a run of a list that is not there', makeBundle(`chunks ${idOf(two)} 0 1 ${idOf(one)} 0\n`, chunkPack)],
  ['a run of an object that is not there', makeBundle(`chunks ${ABSENT} 0 2 ${ABSENT} 0\n`, chunkPack)],
  [
    'a run far behind the end of its object',
    makeBundle(`chunks ${ABSENT} 0 2 ${idOf(encodeText('here'))} ${2 ** 50}\n`, chunkPack),
  ],
  ['20 MB of 0x80', makeBundle('', packOf([new Uint8Array(20_000_000).fill(0x80)], 2_000_000))],
  [
    'a million lines',
    makeBundle('', goodPack).length > 0
      ? concatBytes([encodeText(`cas-bundle 1\n${'label x y\n'.repeat(1_000_000)}\n`), goodPack])
      : one,
  ],
];

async function stateOf({ store, files }: Workshop): Promise<unknown> {
  const names = (await files.list('/here/.cas/objects/pack')) ?? [];
  return {
    labels: await store.labels.list(),
    ids: await idsOf(store),
    packs: names.map(({ name }) => Buffer.from(name).toString()),
  };
}

describe('a bundle is refused', () => {
  test.each(BAD)('with %s', async (_, bytes) => {
    await using bob = await openWorkshop();
    await commitFiles(bob.store, 'b', { here: 'here' });
    const state = await stateOf(bob);
    const outcome: unknown = await take(bob, bytes).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(CasError);
    expect([
      'BUNDLE_INVALID',
      'BUNDLE_TOO_NEW',
      'PREREQUISITE_MISSING',
      'PACK_INVALID',
      'DELTA_INVALID',
      'INFLATE_FAILED',
      'SNAPSHOT_INVALID',
      'CHUNK_LIST_INVALID',
    ]).toContain((outcome as CasError).code);
    expect(await stateOf(bob)).toEqual(state);
  });

  test('with a chain of deltas that is longer than readers follow, and not with one that is not', async () => {
    const chain = (links: number): PackItem[] =>
      Array.from({ length: links }, (_, at): PackItem => {
        const content = encodeText(`${at}`.padStart(6));
        return at === 0 ? { kind: 'whole', content } : { kind: 'delta', base: at - 1, content };
      });
    await using bob = await openWorkshop();
    await take(bob, makeBundle('', makePack(chain(3000)).pack));
    expect((await idsOf(bob.store)).size).toBe(3000);
    await expect(take(bob, makeBundle('', makePack(chain(6000)).pack))).rejects.toMatchObject({
      code: 'PACK_INVALID',
    });
    expect((await idsOf(bob.store)).size).toBe(3000);
  });

  test('without what it is made of, and taken with it', async () => {
    await using bob = await openWorkshop();
    await take(bob, makeBundle(`label ${good.tip} a\n`, goodPack));
    expect(await contentsOf(bob.store, 'a')).toEqual({ x: 'one' });
    await take(bob, makeBundle('', makePack([]).pack));
  });
});

test('a bundle that was changed and sealed anew comes in sound, or not at all', async () => {
  await using ann = await openWorkshop();
  const text = Array.from({ length: 40 }, (_, at) => `line ${at}\n`).join('');
  const first = await commitFiles(ann.store, 'a', { x: text, 'd/y': 'y' });
  const whole = await streamOf(ann);
  await commitFiles(ann.store, 'a', { x: `${text}more`, 'd/y': 'y' }, 1_769_817_601);
  const increment = await streamOf(ann, { receiver: { snapshots: [first] } });
  for (const [bytes, had] of [
    [whole, undefined],
    [increment, whole],
  ] as const) {
    for (let at = 0; at < bytes.length - 32; at += 7) {
      await using bob = await openWorkshop();
      if (had !== undefined) await take(bob, had);
      const state = await stateOf(bob);
      const changed = sealBundle(bytes.map((byte, place) => (place === at ? byte ^ (1 << (at % 8)) : byte)));
      const outcome: unknown = await take(bob, changed).catch((error: unknown) => error);
      if (outcome instanceof Error) {
        expect(outcome).toBeInstanceOf(CasError);
        expect(await stateOf(bob)).toEqual(state);
      } else
        for await (const { severity, message } of bob.store.fsck())
          expect([severity, message]).toEqual(['info', message]);
    }
  }
}, 300_000);
