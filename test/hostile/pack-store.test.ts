/**
 * Packs and idxs that nobody means well with, each in a store that has sound objects too: whoever reads gets the right
 * bytes or a typed error, a check ends and tells of it, a repair ends, and nothing that was sound is lost.
 */
import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { CasError } from '../../src/errors/errors.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import type { Store } from '../../src/index.ts';
import { ENTRY } from '../../src/pack/entry-header.ts';
import { encodeIdx, Idx } from '../../src/pack/idx.ts';
import { packNameOf } from '../../src/pack/pack-list.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { cpuMs } from '../cpu-time.ts';
import {
  type MadePack,
  makePack,
  type PackItem,
  plantPack,
  rawEntry,
  rawId,
  wholes,
} from '../packs/pack-maker.ts';
import { commitFiles, DAY, NOW, openWorkshop, type Workshop } from '../store/workshop.ts';

const PACKS = '/here/.cas/objects/pack';
const MAX_MS = 10_000;
const MAX_GROWTH_BYTES = 256 * 2 ** 20;

const BASE = encodeText('a base of some length, for deltas to stand on');
const GOOD = encodeText('an object that is as it should be');
const TARGET = encodeText('what the entry says that it is');

interface Files {
  readonly made: MadePack;
  /** Whether nothing is wrong with it after all. */
  readonly isSound?: boolean;
}

/** A pack with a sound base and a sound object, and between them an entry as it is, filed under TARGET's id. */
function withEntry(entry: Uint8Array, content: Uint8Array = TARGET): MadePack {
  const [base, good] = wholes(BASE, GOOD);
  return makePack([base!, { kind: 'raw', content, entry }, good!]);
}

/** The same with another body, under a checksum and in tables that fit it. */
function resealed(made: MadePack, change: (body: Uint8Array) => Uint8Array): MadePack {
  const body = change(Uint8Array.from(made.pack.subarray(0, -32)));
  const trailer = new Uint8Array(hash('sha256', body, 'buffer'));
  const idx = Idx.decode(made.idx);
  const rows = Array.from({ length: idx.count }, (_, row) => row);
  const tables = {
    count: idx.count,
    ids: idx.ids,
    offsets: Float64Array.from(rows, (row) => idx.offsetAt(row)),
    crcs: Uint32Array.from(rows, (row) => idx.crcAt(row)),
    sizes: new Float64Array(idx.count),
    contentCrcs: new Uint32Array(idx.count),
  };
  const meta = concatBytes([trailer, made.meta.subarray(32, -32)]);
  return {
    ...made,
    name: packNameOf(trailer),
    pack: concatBytes([body, trailer]),
    idx: encodeIdx(tables, trailer),
    meta: withChecksum(meta),
  };
}

function withChecksum(bytes: Uint8Array): Uint8Array {
  return concatBytes([bytes, new Uint8Array(hash('sha256', bytes, 'buffer'))]);
}

function patched(made: MadePack, at: number, bytes: readonly number[]): MadePack {
  return resealed(made, (body) => {
    body.set(bytes, at);
    return body;
  });
}

/** An idx with other bytes, under a checksum that fits. */
function withIdx(made: MadePack, change: (idx: Uint8Array, view: DataView) => Uint8Array | void): MadePack {
  const idx = Uint8Array.from(made.idx.subarray(0, -32));
  const changed = change(idx, new DataView(idx.buffer)) ?? idx;
  return { ...made, idx: withChecksum(changed) };
}

const SOUND = makePack([...wholes(BASE, GOOD), { kind: 'delta', content: TARGET, base: 0 }]);
const IDS = 1032;
const OFFSETS: number = IDS + 3 * 36;
const END: number = OFFSETS + 3 * 4;

const program = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const deltaOn = (baseDistance: number, content: Uint8Array): Uint8Array =>
  rawEntry({ type: ENTRY.offsetDelta, sizeBytes: content.length, baseDistance }, content);
/** The first entry, and so the distance of the second one to it. */
const FIRST: number = makePack(wholes(BASE)).offsets[1]! - 12;
const blob = (sizeBytes: number, content: Uint8Array): Uint8Array =>
  rawEntry({ type: ENTRY.blob, sizeBytes }, content);
const stream = (content: Uint8Array): Uint8Array => nativeCodec.deflate(content, 6);

function chain(length: number): MadePack {
  const contents = Array.from({ length }, (_, at) => encodeText(`${'x'.repeat(40)}${at}`));
  const items = contents.map(
    (content, at): PackItem =>
      at === 0 ? { kind: 'whole', content } : { kind: 'delta', content, base: at - 1 },
  );
  return makePack(items);
}

const CASES: Readonly<Record<string, () => Files>> = {
  'P1 a signature of something else': () => ({ made: patched(SOUND, 0, [0x51]) }),
  'P1 version 0': () => ({ made: patched(SOUND, 4, [0, 0, 0, 0]) }),
  'P1 version 3': () => ({ made: patched(SOUND, 4, [0, 0, 0, 3]) }),
  'P1 version 2^32-1': () => ({ made: patched(SOUND, 4, [255, 255, 255, 255]) }),
  'P2 count 0 with a body': () => ({ made: patched(SOUND, 8, [0, 0, 0, 0]) }),
  'P2 count 2^32-1': () => ({ made: patched(SOUND, 8, [255, 255, 255, 255]) }),
  'P2 one more than there are': () => ({ made: patched(SOUND, 11, [4]) }),
  'P2 one less than there are': () => ({ made: patched(SOUND, 11, [2]) }),
  'P3 type 0': () => ({ made: withEntry(concatBytes([program(0x0e), stream(TARGET)])) }),
  'P3 type 5': () => ({ made: withEntry(concatBytes([program(0x5e), stream(TARGET)])) }),
  'P4 a size of ten bytes': () => ({
    made: withEntry(concatBytes([program(0xbe, ...Array<number>(9).fill(0x80), 0), stream(TARGET)])),
  }),
  'P4 a size over 2^53': () => ({
    made: withEntry(concatBytes([program(0xbf, ...Array<number>(8).fill(0xff), 0x7f), stream(TARGET)])),
  }),
  'P4 a size that is longer than it need be': () => ({
    made: withEntry(concatBytes([program(0xbe, 0x81, 0), stream(TARGET)])),
  }),
  'P5 a size that is too small': () => ({ made: withEntry(blob(TARGET.length - 1, TARGET)) }),
  'P5 a size that is too large': () => ({ made: withEntry(blob(TARGET.length + 1, TARGET)) }),
  'P5 a size of 2^50': () => ({ made: withEntry(blob(2 ** 50, TARGET)) }),
  'P6 a delta on itself': () => ({
    made: withEntry(concatBytes([program(0x65, 0), stream(program(1, 1, 1, 1))])),
  }),
  'P6 a delta on what is before the pack': () => ({ made: withEntry(deltaOn(5000, program(1, 1, 1, 1))) }),
  'P6 a delta on the header of the pack': () => ({
    made: withEntry(deltaOn(FIRST + 12, program(1, 1, 1, 1))),
  }),
  'P6 a delta on the middle of an entry': () => ({
    made: withEntry(deltaOn(FIRST - 3, program(1, 1, 1, 1))),
  }),
  'P6 a distance over 2^53': () => ({
    made: withEntry(concatBytes([program(0x65, ...Array<number>(12).fill(0xff), 0x7f), stream(program(1))])),
  }),
  'P7 a delta on its own id': () => ({
    made: makePack([...wholes(BASE), { kind: 'delta', content: TARGET, base: 1, by: 'id' }]),
  }),
  'P7 two deltas on each other': () => ({
    made: makePack([
      { kind: 'delta', content: TARGET, base: 1, by: 'id' },
      { kind: 'delta', content: GOOD, base: 0, by: 'id' },
    ]),
  }),
  'P7 a base that is nowhere': () => ({
    made: withEntry(
      rawEntry(
        { type: ENTRY.idDelta, sizeBytes: 4, baseId: rawId(hashBytes(encodeText('nowhere'))) },
        program(1, 1, 1, 1),
      ),
    ),
  }),
  'P8 a result of 4 GiB': () => ({
    made: withEntry(deltaOn(FIRST, program(BASE.length, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x80))),
  }),
  'P8 a copy of what is not in the base': () => ({
    made: withEntry(deltaOn(FIRST, program(BASE.length, 4, 0x91, 60, 4))),
  }),
  'P8 a program for another base': () => ({
    made: withEntry(deltaOn(FIRST, program(BASE.length + 1, 4, 0x90, 4))),
  }),
  'P8 a program that ends in a command': () => ({
    made: withEntry(deltaOn(FIRST, program(BASE.length, 4, 0x91))),
  }),
  'P8 command 0': () => ({ made: withEntry(deltaOn(FIRST, program(BASE.length, 4, 0))) }),
  'P8 programs that make 60 MiB each': () => ({ made: amplifier(2) }),
  'P9 a chain of 6,000': () => ({ made: chain(6000) }),
  'P10 another checksum': () => ({
    made: { ...SOUND, pack: Uint8Array.from([...SOUND.pack.subarray(0, -1), 0]) },
  }),
  'P10 no checksum': () => ({ made: { ...SOUND, pack: SOUND.pack.subarray(0, -32) } }),
  'P10 bytes behind it': () => ({ made: { ...SOUND, pack: concatBytes([SOUND.pack, BASE]) } }),
  'P10 two packs, one behind the other': () => ({
    made: { ...SOUND, pack: concatBytes([SOUND.pack, SOUND.pack]) },
  }),
  'P11 other bytes under an id': () => ({ made: withEntry(blob(GOOD.length, GOOD)) }),
  'P11 a sound object twice': () => {
    const once = makePack(wholes(GOOD, TARGET));
    const made = resealed(once, (body) => {
      const twice = concatBytes([body, body.subarray(12)]);
      twice[11] = 4;
      return twice;
    });
    return { made };
  },
  'P12 a byte less': () => ({
    made: { ...SOUND, pack: concatBytes([SOUND.pack.subarray(0, -33), SOUND.pack.subarray(-32)]) },
  }),
  'P12 a stream that goes on': () => ({
    made: withEntry(concatBytes([blob(TARGET.length, TARGET), program(0, 0)])),
  }),
  'P12 a stream that is cut off': () => ({ made: withEntry(blob(TARGET.length, TARGET).subarray(0, -6)) }),
  'P14 no objects at all': () => ({ made: makePack([]), isSound: true }),
  'P16 20 MB of 0x80': () => ({ made: { ...SOUND, pack: new Uint8Array(20e6).fill(0x80) } }),
  'an empty file': () => ({ made: { ...SOUND, pack: new Uint8Array(0) } }),
  'I1 a fan-out that descends': () => ({ made: withIdx(SOUND, (_, view) => view.setUint32(8 + 4 * 100, 9)) }),
  'I2 a count of 2^31': () => ({ made: withIdx(SOUND, (_, view) => view.setUint32(8 + 4 * 255, 2 ** 31)) }),
  'I3 ids out of order': () => ({
    made: withIdx(SOUND, (idx) => {
      const first = idx.slice(IDS, IDS + 32);
      idx.copyWithin(IDS, IDS + 32, IDS + 64);
      idx.set(first, IDS + 32);
    }),
  }),
  'I3 an id twice': () => ({ made: withIdx(SOUND, (idx) => void idx.copyWithin(IDS + 32, IDS, IDS + 32)) }),
  'I4 an offset before the entries': () => ({
    made: withIdx(SOUND, (_, view) => view.setUint32(OFFSETS, 4)),
  }),
  'I4 an offset behind the pack': () => ({ made: withIdx(SOUND, (_, view) => view.setUint32(OFFSETS, 1e6)) }),
  'I4 an offset in the checksum': () => ({
    made: withIdx(SOUND, (_, view) => view.setUint32(OFFSETS, SOUND.pack.length - 10)),
  }),
  'I4 an offset twice': () => ({
    made: withIdx(SOUND, (idx) => void idx.copyWithin(OFFSETS, OFFSETS + 4, OFFSETS + 8)),
  }),
  'I4 offsets of each other': () => ({
    made: withIdx(SOUND, (idx) => {
      const first = idx.slice(OFFSETS, OFFSETS + 4);
      idx.copyWithin(OFFSETS, OFFSETS + 4, OFFSETS + 8);
      idx.set(first, OFFSETS + 4);
    }),
  }),
  'I4 an offset in the middle of an entry': () => ({
    made: withIdx(SOUND, (_, view) => view.setUint32(OFFSETS, view.getUint32(OFFSETS) + 1)),
  }),
  'I5 a long offset that is not there': () => ({
    made: withIdx(SOUND, (_, view) => view.setUint32(OFFSETS, 0x80000000)),
  }),
  'I5 a long offset of 2^60': () => ({
    made: withIdx(SOUND, (idx, view) => {
      view.setUint32(OFFSETS, 0x80000000);
      return concatBytes([idx.subarray(0, END), program(0x10, 0, 0, 0, 0, 0, 0, 0), idx.subarray(END)]);
    }),
  }),
  'I6 another CRC': () => ({ made: withIdx(SOUND, (_, view) => view.setUint32(IDS + 3 * 32, 7)) }),
  'I7 the checksum of another pack': () => ({
    made: withIdx(SOUND, (idx) => void idx.fill(7, END, END + 32)),
  }),
  'I8 another checksum of its own': () => ({
    made: { ...SOUND, idx: Uint8Array.from([...SOUND.idx.subarray(0, -1), 0]) },
  }),
  'I9 cut off in its ids': () => ({ made: withIdx(SOUND, (idx) => idx.subarray(0, IDS + 40)) }),
  'I9 bytes behind it': () => ({ made: withIdx(SOUND, (idx) => concatBytes([idx, program(1, 2, 3)])) }),
  'I10 version 3': () => ({ made: withIdx(SOUND, (_, view) => view.setUint32(4, 3)) }),
  'I10 no magic, as version 1 has none': () => ({ made: withIdx(SOUND, (idx) => idx.subarray(8)) }),
  'I10 no bytes at all': () => ({ made: { ...SOUND, idx: new Uint8Array(0) } }),
};

/** Each of so many deltas makes 60 MiB out of a kilobyte. */
function amplifier(count: number): MadePack {
  const base = new Uint8Array(0x10000);
  const copies = new Uint8Array(960).fill(0x80); // each of 65,536 bytes
  const content = concatBytes([program(0x80, 0x80, 4, 0x80, 0x80, 0x80, 30), copies]);
  const items: PackItem[] = [{ kind: 'whole', content: base }];
  let distance = makePack(wholes(base)).offsets[1]! - 12;
  for (let at = 0; at < count; at++) {
    const entry = deltaOn(distance, content);
    items.push({ kind: 'raw', content: encodeText(`amplified ${at}`), entry });
    distance += entry.length;
  }
  return makePack(items);
}

async function openWith({ made }: Files): Promise<Workshop> {
  const workshop = await openWorkshop();
  await commitFiles(workshop.store, 'main', { a: 'sound', 'd/b': 'sound too' });
  await plantPack(workshop.files, PACKS, { made });
  for (const { name } of (await workshop.files.list(PACKS)) ?? [])
    await workshop.files.touch(`${PACKS}/${Buffer.from(name).toString()}`, NOW - 2 * DAY);
  return workshop;
}

/** The right bytes, or a typed error. */
async function tryRead(store: Store, id: ObjectId): Promise<void> {
  try {
    expect(hashBytes(await store.get(id))).toBe(id);
  } catch (error) {
    expect(error).toBeInstanceOf(CasError);
  }
}

async function readAll(store: Store, ids: readonly ObjectId[]): Promise<void> {
  for (const id of ids.slice(0, 20)) await tryRead(store, id);
  await tryRead(store, ids.at(-1) ?? hashBytes(BASE));
  await tryRead(store, hashBytes(encodeText('sound')));
  const names = ['main:a', 'main:d/b'];
  for (const name of names)
    expect((await store.get((await store.resolve(name)).id)).length).toBeGreaterThan(0);
}

async function findingsOf(store: Store, mode: 'check' | 'repair'): Promise<string[]> {
  const found: string[] = [];
  for await (const { id, severity } of store.fsck({ mode })) if (severity !== 'info') found.push(id);
  return found;
}

describe('a store with a hostile pack', () => {
  test.each(Object.entries(CASES))(
    '%s: right bytes or a typed error, and a check that tells of it',
    async (_, make) => {
      const before = process.resourceUsage().maxRSS * 1024;
      const start = cpuMs();
      const files = make();
      await using workshop = await openWith(files);
      await using store = await workshop.reopen();
      await readAll(store, files.made.ids);
      const found = await findingsOf(store, 'check');
      if (files.isSound === true) expect(found).toEqual([]);
      else expect(found.length).toBeGreaterThan(0);
      expect(await findingsOf(store, 'check')).toEqual(found);
      await findingsOf(store, 'repair');
      await using again = await workshop.reopen();
      await readAll(again, files.made.ids);
      expect(await findingsOf(again, 'check')).toEqual([]);
      expect(cpuMs() - start).toBeLessThan(MAX_MS);
      expect(process.resourceUsage().maxRSS * 1024 - before).toBeLessThan(MAX_GROWTH_BYTES);
    },
    12 * MAX_MS, // however busy the machine is
  );

  test('P15 names that lead elsewhere are no packs', async () => {
    await using workshop = await openWith({ made: SOUND });
    const { files } = workshop;
    for (const name of [
      'pack-.pack',
      `pack-${'0'.repeat(63)}g.idx`,
      `pack-${'A'.repeat(64)}.pack`,
      'pack-..%2f..%2fx.idx',
    ]) {
      await using file = await files.open(`${PACKS}/${name}`, 'create');
      await file.write(SOUND.idx, 0);
    }
    await using list = await files.open('/here/.cas/objects/info/packs', 'create');
    await list.write(encodeText(`P ../../../etc/passwd.pack\nP ${SOUND.name}.pack\n`), 0);
    await using store = await workshop.reopen();
    expect(await findingsOf(store, 'check')).toEqual(Array<string>(4).fill('file-unknown'));
    await readAll(store, SOUND.ids);
  });
});
