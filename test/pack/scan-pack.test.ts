/** Packs read without an idx, whole and damaged. */
import { hash } from 'node:crypto';
import { constants, crc32, deflateRawSync, deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { ENTRY } from '../../src/pack/entry-header.ts';
import { encodePackHeader, PACK_HEADER_BYTES } from '../../src/pack/pack-header.ts';
import { MAX_SCANNED_CONTENT_BYTES, type ScannedEntry, scanPack } from '../../src/pack/scan-pack.ts';
import { anyBytes, anyDamaged } from '../arbitraries/bytes.ts';
import { makePack, type PackItem, rawEntry, wholes } from '../packs/pack-maker.ts';

const invalid: unknown = expect.objectContaining({ name: 'CorruptError', code: 'PACK_INVALID' });

async function scan(pack: Uint8Array): Promise<ScannedEntry[]> {
  const entries: ScannedEntry[] = [];
  const read = async (at: number, length: number): Promise<Uint8Array> => pack.subarray(at, at + length);
  for await (const entry of scanPack(read, pack.length)) entries.push(entry);
  return entries;
}

/** A pack of these entries, with a right count and checksum unless others are given. */
function packOf(entries: readonly Uint8Array[], count: number = entries.length): Uint8Array {
  const body = concatBytes([encodePackHeader(count), ...entries]);
  return concatBytes([body, hash('sha256', body, 'buffer')]);
}

const blob = (content: Uint8Array): Uint8Array =>
  rawEntry({ type: ENTRY.blob, sizeBytes: content.length }, content);

/** An entry that says another size than it has, or holds another stream than compressors write. */
function entryOf(sizeBytes: number, stream: Uint8Array): Uint8Array {
  const header = rawEntry({ type: ENTRY.blob, sizeBytes }, new Uint8Array(0)).subarray(0, -8);
  return concatBytes([header, stream]);
}

const anyItems = (): fc.Arbitrary<PackItem[]> =>
  fc
    .array(
      fc.tuple(anyBytes(300), fc.constantFrom('whole', 'offset', 'id'), fc.nat(), fc.constantFrom(0, 1, 9)),
      {
        maxLength: 8,
      },
    )
    .map((choices) =>
      choices.map(([bytes, how, pick, level], at): PackItem => {
        const content = concatBytes([bytes, Uint8Array.of(at)]); // each once
        if (how === 'whole' || at === 0) return { kind: 'whole', content, level: level as 0 };
        return { kind: 'delta', base: pick % at, by: how as 'offset' | 'id', content, level: level as 0 };
      }),
    );

test('scanPack() finds each entry of a pack, where it ends, its CRC-32, and what it holds', async () => {
  await fc.assert(
    fc.asyncProperty(anyItems(), async (items) => {
      const { pack, offsets } = makePack(items);
      const entries = await scan(pack);
      expect(entries.map(({ offset }) => offset)).toEqual(offsets.slice(0, -1));
      expect(entries.map(({ end }) => end)).toEqual(offsets.slice(1));
      for (const [at, { offset, end, crc, content, header }] of entries.entries()) {
        expect(crc).toBe(crc32(pack.subarray(offset, end)));
        expect(content).toHaveLength(header.sizeBytes);
        if (items[at]!.kind === 'whole') expect(content).toEqual(items[at]!.content);
      }
    }),
    { numRuns: 60 },
  );
});

test('a pack that is damaged anywhere, and not sealed again, is a typed error', async () => {
  const { pack } = makePack([
    ...wholes(encodeText('one, two, three, four'), new Uint8Array(900).fill(4)),
    { kind: 'delta', base: 0, content: encodeText('one, two, three, five') },
  ]);
  await fc.assert(
    fc.asyncProperty(anyDamaged(fc.constant(pack)), async (damaged) => {
      if (Buffer.compare(damaged, pack) !== 0) await expect(scan(damaged)).rejects.toThrow(invalid);
    }),
    { numRuns: 300 },
  );
});

test('a pack that is damaged and sealed again is a typed error, or entries that follow each other', async () => {
  const { pack } = makePack(wholes(encodeText('one, two'), new Uint8Array(90), encodeText('three')));
  await fc.assert(
    fc.asyncProperty(anyDamaged(fc.constant(pack.subarray(0, -32))), async (body) => {
      const sealed = concatBytes([body, hash('sha256', body, 'buffer')]);
      const entries = await scan(sealed).catch((error: unknown) => {
        expect(error).toEqual(invalid);
        return [];
      });
      let at = PACK_HEADER_BYTES;
      for (const { offset, end } of entries) {
        expect(offset).toBe(at);
        at = end;
      }
    }),
    { numRuns: 300 },
  );
});

describe('scanPack() takes', () => {
  test('a pack of no objects', async () => expect(await scan(packOf([]))).toEqual([]));

  test('an object twice: what is in a pack, its reader decides', async () => {
    const entry = blob(encodeText('twice'));
    expect(await scan(packOf([entry, entry]))).toHaveLength(2);
  });

  test.each<[string, Uint8Array]>([
    ['level 0', deflateSync(new Uint8Array(200_000), { level: 0 })],
    ['a window of 512 bytes', deflateSync(new Uint8Array(200_000), { windowBits: 9 })],
    ['fixed codes', deflateSync(new Uint8Array(200_000), { strategy: constants.Z_FIXED })],
  ])('streams of %s', async (_, stream) => {
    const [entry] = await scan(packOf([entryOf(200_000, stream)]));
    expect(Buffer.compare(entry!.content!, new Uint8Array(200_000))).toBe(0);
  });

  test('a stream that is longer than any compressor would make it, and measures it', async () => {
    const emptyBlocks = new Uint8Array(5 * 1000);
    for (let at = 0; at < emptyBlocks.length; at += 5) emptyBlocks.set([0, 0, 0, 0xff, 0xff], at);
    const stream = concatBytes([
      Uint8Array.of(0x78, 0x01),
      emptyBlocks,
      deflateRawSync(encodeText('a')),
      Uint8Array.of(0, 0x62, 0, 0x62),
    ]);
    const entry = entryOf(1, stream);
    const [first, second] = await scan(packOf([entry, blob(encodeText('next'))]));
    expect(first).toMatchObject({
      end: PACK_HEADER_BYTES + entry.length,
      crc: crc32(entry),
      content: undefined,
    });
    expect(second?.content).toEqual(encodeText('next'));
  });

  test('an object over 16 MiB, which it measures and does not hold', async () => {
    const large = new Uint8Array(MAX_SCANNED_CONTENT_BYTES + 1);
    const random = hash('sha256', 'seed', 'buffer');
    for (let at = 0; at < large.length; at += 40_000) large.set(random, at);
    const before = blob(encodeText('before'));
    const entry = blob(large);
    const noisy = rawEntry({ type: ENTRY.blob, sizeBytes: large.length }, large, 0);
    const entries = await scan(packOf([before, entry, noisy, blob(encodeText('after'))]));
    expect(entries.map(({ content }) => content?.length)).toEqual([6, undefined, undefined, 5]);
    expect(entries[1]).toMatchObject({
      end: PACK_HEADER_BYTES + before.length + entry.length,
      crc: crc32(entry),
    });
    expect(entries[2]?.crc).toBe(crc32(noisy));
  });
});

describe('scanPack() refuses', () => {
  const one = blob(encodeText('one'));
  const two = blob(encodeText('two, which is longer'));
  const good = packOf([one, two]);
  const delta = (distance: number): Uint8Array =>
    rawEntry({ type: ENTRY.offsetDelta, sizeBytes: 3, baseDistance: distance }, Uint8Array.of(3, 0, 0));
  const bomb = deflateSync(new Uint8Array(40_000_000));

  test.each<[string, Uint8Array]>([
    ['no bytes', new Uint8Array(0)],
    ['43 bytes', good.subarray(0, 43)],
    ['one entry too few for its count', packOf([one], 2)],
    ['one entry too many for its count', packOf([one, two], 1)],
    ['entries, and a count of 0', packOf([one], 0)],
    ['no entry, and a count of 2^32-1', packOf([], 0xffffffff)],
    ['type 0', packOf([Uint8Array.of(0x03, ...one.subarray(1))])],
    ['type 5', packOf([Uint8Array.of(0x53, ...one.subarray(1))])],
    ['a size that has no end', packOf([new Uint8Array(40).fill(0x80)])],
    ['a size over 2^53', packOf([Uint8Array.of(0xbf, ...new Uint8Array(8).fill(0xff), 1), one])],
    [
      'a size that no stream of this length can hold',
      packOf([entryOf(2 ** 50, deflateSync(new Uint8Array(9)))]),
    ],
    ['a stream that holds less than its size', packOf([entryOf(4, deflateSync(new Uint8Array(3)))])],
    ['a stream that holds more than its size', packOf([entryOf(2, deflateSync(new Uint8Array(3)))])],
    ['a stream that holds much more than its size', packOf([entryOf(1, bomb)])],
    ['a large stream that holds more than its size', packOf([entryOf(MAX_SCANNED_CONTENT_BYTES + 1, bomb)])],
    ['a large stream that holds less than its size', packOf([entryOf(40_000_001, bomb)])],
    ['a large stream that is cut off', packOf([entryOf(40_000_000, bomb.subarray(0, -5))])],
    ['a stream that is cut off by one byte', packOf([one.subarray(0, -1), two])],
    ['a stream that is cut off at the end', packOf([one, two.subarray(0, -1)])],
    [
      'a stream with a dictionary',
      packOf([entryOf(3, deflateSync(encodeText('abc'), { dictionary: Buffer.from('abc') }))]),
    ],
    ['bytes between entries', packOf([one, Uint8Array.of(0), two])],
    ['bytes behind the last entry', packOf([one, two, Uint8Array.of(0)], 2)],
    ['bytes behind the checksum', concatBytes([good, Uint8Array.of(0)])],
    ['two packs, one after the other', concatBytes([good, good])],
    ['no checksum', good.subarray(0, -32)],
    ['another checksum', good.map((byte, at) => (at === good.length - 1 ? byte ^ 1 : byte))],
    [
      'a checksum of SHA-1, as git writes it unless told otherwise',
      concatBytes([good.subarray(0, -32), hash('sha1', good.subarray(0, -32), 'buffer')]),
    ],
    ['a delta on what is before the first entry', packOf([one, delta(one.length + 1)])],
    ['a delta on what is before the pack', packOf([one, delta(10_000)])],
    ['a delta on the middle of an entry', packOf([one, delta(one.length - 1)])],
    ['20 MB of 0x80', packOf([new Uint8Array(20_000_000).fill(0x80)], 2_000_000)],
  ])('%s', async (_, pack) => {
    await expect(scan(pack)).rejects.toThrow(invalid);
  });

  test('every cut', async () => {
    for (let length = 0; length < good.length; length++)
      await expect(scan(good.subarray(0, length))).rejects.toThrow(invalid);
  });

  test('a file that becomes shorter while it is read', async () => {
    const read = async (at: number, length: number): Promise<Uint8Array> =>
      good.subarray(0, 20).subarray(at, at + length);
    const scanning = scanPack(read, good.length);
    await expect(scanning.next()).rejects.toThrow(invalid);
  });
});

test('scanPack() asks for each byte once, and ends with the checksum', async () => {
  const { pack } = makePack(
    wholes(...Array.from({ length: 50 }, (_, at) => hash('sha512', String(at), 'buffer'))),
  );
  const asked: [number, number][] = [];
  const read = async (at: number, length: number): Promise<Uint8Array> => {
    asked.push([at, at + length]);
    return pack.subarray(at, at + length);
  };
  for await (const { end } of scanPack(read, pack.length)) expect(end).toBeLessThanOrEqual(pack.length - 32);
  expect(asked[0]![0]).toBe(0);
  expect(asked.at(-1)).toEqual([pack.length - 32, pack.length]);
  for (const [at, [from]] of asked.slice(1).entries()) expect(from).toBe(asked[at]![1]);
});
